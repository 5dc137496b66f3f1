"""Manifests: the ports that serve, and the one of the metrics."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.adopt import fits, strength
from scaffold.adopt.facts import Fact
from scaffold.adopt.found import Environment, Found
from scaffold.adopt.live_ports import metrics_of, serving_ports
from scaffold.adopt.port_answer import answer
from scaffold.adopt.proposal import Proposed

STRENGTH = strength.RUNS

_MOST = 8


def facts(found: Found) -> Iterator[Fact]:
    """Yield the ports of what runs in production, and where its metrics are."""
    live = found.production
    if live is None:
        return
    if ports := serving_ports(live)[:_MOST]:
        shown = [(each.name, each.number) for each in ports]
        yield answer(shown, "the container opens them", tuple(found.at(each.at) for each in ports))
    for each in live.container.ports:
        if each.text("protocol") == "UDP":
            at = found.at(each)
            yield f"{at}: {live.title} has a port for UDP, and the template has only TCP."
    yield from _metrics(found, live)


def _metrics(found: Found, live: Environment) -> Iterator[Fact]:
    metrics = metrics_of(live)
    if metrics is None:
        return
    at = found.at(metrics.at)
    if fits.is_port(metrics.port):
        yield Proposed("metrics_port", metrics.port, metrics.why, (at,))
        if metrics.path and fits.is_path(metrics.path):
            yield Proposed("metrics_path", metrics.path, metrics.why, (at,))
    if metrics.operator:
        yield Proposed("prometheus", "operator", "an object of the Prometheus operator is here", (at,))
