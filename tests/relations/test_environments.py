"""An environment for tests calls nothing that production calls, runs no job unasked, and has rules of its own."""

from __future__ import annotations

import copy
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.support.deployed import (
    Deployed,
    containers_of,
    deployed,
    examples,
    in_cluster,
    overlays_of,
    quantity,
    url_of,
)
from workshop import goldens


def hosts_of_production(service: Deployed) -> dict[str, str]:
    """Return the host of each dependency that is the same wherever the service runs, by the dependency's name.

    One word is a Service of the pod's own namespace, and localhost the pod itself.
    """
    hosts = {
        each["name"]: each["url"].rpartition("://")[2].partition("/")[0].partition(":")[0].lower().rstrip(".")
        for each in service.answers["dependencies"]
    }
    return {name: host for name, host in hosts.items() if "." in host}


def test_a_test_environment_never_calls_production(service: Deployed) -> None:
    """Neither the service nor its breaker, its mesh or its jobs."""
    if not service.production:
        kinds = [each for each in service.objects if each["kind"] != "NetworkPolicy"]
        text = yaml.safe_dump_all(kinds).lower()
        for name, host in hosts_of_production(service).items():
            assert not re.search(rf"(?<![a-z0-9.-]){re.escape(host)}(?![a-z0-9-])", text), f"{name}: {host}"


def peers(service: Deployed) -> Iterator[tuple[str, int | None]]:
    """Yield where pods are let out to: a namespace with no port, or the addresses of a block with a port."""
    for rule in service.egress:
        for each in rule["to"]:
            if "ipBlock" in each:
                yield from ((each["ipBlock"]["cidr"], port["port"]) for port in rule["ports"])
            elif "namespaceSelector" in each:
                yield each["namespaceSelector"]["matchLabels"]["kubernetes.io/metadata.name"], None


def test_a_test_environment_cannot_reach_production(service: Deployed) -> None:
    """Its policy has no rule that only production's dependencies need."""
    if service.production:
        return
    open_here = {*peers(service)}
    needed = {*service.internet, url_of(service.answers["collector"]).port or 443}
    hosts = {url_of(each).hostname for each in service.environment.get("urls", {}).values()}
    for name, url in deployed(service.example, "production").called.items():
        host = url.hostname or ""
        if "." in host and host not in hosts:
            port = url.port or {"http": 80, "https": 443}[url.scheme]
            where = (host.split(".")[1], None) if in_cluster(url) else (f"{host}/32", port)
            assert where not in open_here, name
            assert port in needed or ("0.0.0.0/0", port) not in open_here, name


@pytest.mark.parametrize("peer", [{"namespace": "accounts"}, {"cidr": "0.0.0.0/0"}, {"cidr": "192.0.2.7/32"}], ids=str)
def test_a_way_to_production_is_noticed(peer: dict[str, str]) -> None:
    service = copy.deepcopy(deployed(goldens.EXAMPLES / "everything-java", "dev"))
    test_a_test_environment_cannot_reach_production(service)
    to = {"ipBlock": peer}
    if space := peer.get("namespace"):
        to = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": space}}}
    service.policies["everything-java"]["egress"].append({"to": [to], "ports": [{"port": 8443}, {"port": 8000}]})
    with pytest.raises(AssertionError):
        test_a_test_environment_cannot_reach_production(service)


@pytest.mark.parametrize("name", ["everything-go", "everything-java", "everything-rust"])
def test_production_reaches_them(name: str) -> None:
    """Otherwise the test above finds nothing anywhere."""
    reached = {where for where, _ in peers(deployed(goldens.EXAMPLES / name, "production"))}
    assert reached >= {"0.0.0.0/0", "192.0.2.7/32", "accounts", "caches"}


@pytest.mark.parametrize("name", ["everything-go", "everything-java", "everything-rust"])
def test_production_calls_them(name: str) -> None:
    """Otherwise the test above finds nothing anywhere."""
    service = deployed(goldens.EXAMPLES / name, "production")
    text = yaml.safe_dump_all([each for each in service.objects if each["kind"] != "NetworkPolicy"]).lower()
    hosts = hosts_of_production(service).values()
    assert hosts and all(host in text for host in hosts)


def test_a_url_that_is_answered_is_called(service: Deployed) -> None:
    text = yaml.safe_dump_all(service.objects).lower()
    for name, url in service.environment.get("urls", {}).items():
        host = url.rpartition("://")[2].partition("/")[0].partition(":")[0]
        assert host in text, f"{name}: {url}"
        assert f"{name}.{service.overlay}.invalid" not in text


def test_a_job_runs_on_schedule_where_it_is_asked_for(service: Deployed) -> None:
    scheduled = [each["name"] for each in service.answers["jobs"] if each.get("schedule")]
    expected = service.environment.get("suspended", [] if service.production else scheduled)
    prefix = f"{service.answers['name']}-"
    suspended = [each["metadata"]["name"] for each in service.all("CronJob") if each["spec"].get("suspend")]
    assert sorted(suspended) == sorted(prefix + name for name in expected)
    assert not any(each["spec"].get("suspend") for each in service.all("Job")), "a deployment would wait for ever"


def test_every_container_has_the_limits_of_its_environment(service: Deployed) -> None:
    """And what its runtime may take is below: `check` has a rule for that."""
    wanted = [service.environment.get(key, service.answers[key]) for key in ("cpu_limit", "memory_limit")]
    containers = [service.container, *(containers_of(spec["template"])["job"] for _, spec in service.jobs)]
    for each in containers:
        limits, requests = each["resources"]["limits"], each["resources"]["requests"]
        assert [limits["cpu"], limits["memory"]] == wanted
        for key, answer in (("cpu", "cpu_request"), ("memory", "memory_request")):
            smaller = min(limits[key], service.answers[answer], key=quantity)
            assert quantity(requests[key]) == quantity(smaller)


@pytest.mark.parametrize(
    "example",
    [each for each in examples() if list(each.glob("deploy/overlays/*/prometheus-rule.yaml"))],
    ids=lambda path: path.name,
)
def test_no_series_is_recorded_twice(example: Path) -> None:
    """Prometheus of one cluster gets the rules of all environments, where they are objects in it."""
    built = [deployed(example, overlay) for overlay in overlays_of(example)]
    rules = [rule for each in built for found in each.all("PrometheusRule") for rule in records(found["spec"])]
    assert bool(rules) == (example.name in goldens.GENERATED), "all are about metrics of generated code"
    assert set(Counter(rules).values()) <= {1}
    for each in built:
        for expr in (expr for found in each.all("PrometheusRule") for _, expr in records(found["spec"])):
            assert set(re.findall(r'namespace=~?"([^"]+)"', expr)) == {each.objects[0]["metadata"]["namespace"]}


def records(spec: dict[str, list[dict[str, list[dict[str, str]]]]]) -> list[tuple[str, str]]:
    """Return each recorded series with its expression."""
    return [(rule["record"], rule["expr"]) for group in spec["groups"] for rule in group["rules"] if "record" in rule]
