"""Manifests: the environments, and in what each differs from production."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from scaffold.adopt import fits, strength
from scaffold.adopt.addresses import addresses_in, dependencies_in
from scaffold.adopt.environment_names import production_of
from scaffold.adopt.facts import Fact
from scaffold.adopt.found import Environment, Found
from scaffold.adopt.proposal import Proposed
from scaffold.adopt.routes import hosts_of
from scaffold.adopt.variables import open_texts, variables_of
from scaffold.check.model.workloads import Server

STRENGTH = strength.RUNS

ONLY = "production"
"""The name of the environment where there is but one, and nothing names it."""


def facts(found: Found) -> Iterator[Fact]:
    """Yield the environments in the order in which they get a version: production is the last one."""
    live = found.production
    if live is None:
        return
    if len(found.environments) == 1 and not live.name:
        value = [{"name": ONLY}]
        why = "it is deployed to one environment"
        yield Proposed("environments", value, why, (found.at(live.server.at),))
        return
    _, sure = production_of([each.name for each in found.environments])
    others = [_record(live, each) for each in found.environments[1:]]
    first: dict[str, Any] = {"name": live.name}
    if not live.name.startswith("prod"):
        first["kind"] = "production"
    why = "each is deployed from files of its own" + ("" if sure else f"; that {live.name} is production is a guess")
    places = tuple(found.at(each.server.at) for each in found.environments)
    yield Proposed("environments", [*others, first], why, tuple(dict.fromkeys(places)), sure=sure)


def _record(live: Environment, other: Environment) -> dict[str, Any]:
    """Return the record of a test environment: what it has of its own."""
    record: dict[str, Any] = {"name": other.name}
    if other.name.startswith("prod"):
        record["kind"] = "test"
    space = other.server.certain_namespace
    if (
        fits.is_label(space)
        and space != f"{live.server.certain_namespace}-{other.name}"
        and space != live.server.namespace
    ):
        record["namespace"] = space
    pods = other.server.replicas if isinstance(other.server, Server) else None
    if pods is not None and 1 < pods <= 500:
        record["replicas"] = pods
    for resource, write in (("cpu", fits.as_cpu), ("memory", fits.as_memory)):
        limits = [
            write(value.text()) if (value := each.scope.resources.of(each.container, "limits", resource)) else ""
            for each in (live, other)
        ]
        if limits[1] and limits[1] != limits[0]:
            record[f"{resource}_limit"] = limits[1]
    if urls := _urls(live, other):
        record["urls"] = urls
    hosts = list(hosts_of(other))
    if hosts_of(live) and hosts and hosts != [f"{other.name}.{host}" for host in hosts_of(live)]:
        record["hosts"] = hosts
    return record


def _urls(live: Environment, other: Environment) -> dict[str, str]:
    """Return where a test environment has the dependencies of production: without that, it would get none of them."""
    variables = variables_of(live)
    named = dependencies_in(open_texts(variables), [each.name for each in variables])
    theirs = {variable: url for variable, _, url in addresses_in(open_texts(variables_of(other)))}
    urls = {each.name: theirs[each.variable] for each in named if each.variable in theirs}
    usual = {each.name: each.url for each in named}
    return {name: url for name, url in urls.items() if ("://" in url) == ("://" in usual[name])}
