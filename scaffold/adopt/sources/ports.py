"""Manifests: the ports that serve, and the one of the metrics."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scaffold.adopt import fits, strength
from scaffold.adopt.facts import Fact
from scaffold.adopt.found import Environment, Found
from scaffold.adopt.live_ports import Port, metrics_of, serving_ports
from scaffold.adopt.proposal import Proposed

STRENGTH = strength.RUNS

_MOST = 8


def facts(found: Found) -> Iterator[Fact]:
    """Yield the ports of what runs in production, and where its metrics are."""
    live = found.production
    if live is None:
        return
    if ports := serving_ports(live)[:_MOST]:
        yield _ports(found, ports)
    for each in live.container.ports:
        if each.text("protocol") == "UDP":
            at = found.at(each)
            yield f"{at.path}:{at.line}: {live.title} has a port for UDP, and the template has only TCP."
    yield from _metrics(found, live)


def _ports(found: Found, ports: Sequence[Port]) -> Proposed:
    """Return the answer to ports; a number that needs root becomes one that does not."""
    taken = {each.number for each in ports}
    names: list[str] = []
    value = []
    for each in ports:
        usual = "http" if "http" not in names else f"port-{each.number}"
        names.append(each.name if fits.is_port_name(each.name) and each.name not in names else usual)
        number = each.number if fits.is_port(each.number) else free(each.number, taken)
        taken.add(number)
        value.append({"name": names[-1], "number": number})
    places = tuple(found.at(each.at) for each in ports)
    low = [each.number for each in ports if not fits.is_port(each.number)]
    if low:
        why = f"the port {low[0]} needs root, so let the program listen on another one"
        return Proposed("ports", value, why, places, sure=False)
    return Proposed("ports", value, "the container opens them", places)


def free(number: int, taken: set[int]) -> int:
    """Return the port that people use in place of one that needs root: 8080 for 80."""
    wanted = number + 8000
    return next(each for each in range(wanted, 65536) if each not in taken)


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
