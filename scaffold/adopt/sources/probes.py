"""Manifests: how Kubernetes asks the service whether it is well, and how long it starts."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.adopt import fits, strength
from scaffold.adopt.facts import Fact
from scaffold.adopt.found import Environment, Found
from scaffold.adopt.live_ports import number_of, probe_of
from scaffold.adopt.proposal import Proposed
from scaffold.check.model.probes import Probe

STRENGTH = strength.RUNS

_KINDS = {"httpGet": "http", "tcpSocket": "tcp", "grpc": "grpc", "exec": "exec"}
_PATHS = {"startupProbe": "startup_path", "readinessProbe": "readiness_path", "livenessProbe": "liveness_path"}
_MOST_SECONDS = 3600


def facts(found: Found) -> Iterator[Fact]:
    """Yield the kind of the probes, their port and paths, and the time to start."""
    live = found.production
    if live is None:
        return
    probe = probe_of(live)
    if probe is None:
        why = "there is no probe today; a connection needs nothing of the code, and a path shows more"
        yield Proposed("probe_kind", "tcp", why, (found.at(live.container.at),), sure=False)
    elif wrong := _wrong(probe):
        at = found.at(probe.value)
        yield f"{at}: the {probe.kind} {wrong}, which the template can't ask for."
        why = f"the {probe.kind} can't be kept, and a connection needs nothing of the code"
        yield Proposed("probe_kind", "tcp", why, (at,), sure=False)
    else:
        yield from _kept(found, live, probe)
    yield from _startup(found, live)


def _wrong(probe: Probe) -> str:
    """Return what of a probe has no answer, or nothing."""
    assert probe.handler is not None
    if probe.handler[1].text("scheme") == "HTTPS":
        return "asks by HTTPS"
    if probe.http_path is not None and not fits.is_path(probe.http_path):
        return "has a path with other signs than letters, digits and ._~-"
    if probe.command and not fits.are_words(probe.command):
        return "runs a script"
    return ""


def _kept(found: Found, live: Environment, probe: Probe) -> Iterator[Fact]:
    assert probe.handler is not None
    kind, handler = _KINDS[probe.handler[0]], probe.handler[1]
    at = found.at(handler)
    why = f"the {probe.kind} asks so"
    yield Proposed("probe_kind", kind, why, (at,))
    number = number_of(live, probe.port)
    if fits.is_port(number):
        yield Proposed("probe_port", number, why, (found.at(probe.port or handler),))
    if kind == "exec":
        yield Proposed("probe_command", probe.command, why, (at,))
    if kind == "http":
        yield from _paths(found, live, probe)
    for other in live.container.probes:
        if other.handler and _way(live, other) != _way(live, probe):
            at = found.at(other.value)
            yield (
                f"{at}: the {other.kind} asks in another way than the {probe.kind}, and the template asks in one way."
            )


def _paths(found: Found, live: Environment, probe: Probe) -> Iterator[Fact]:
    """Yield the path of each probe; one that is not there gets the path of the main one."""
    container = live.container
    for kind, name in _PATHS.items():
        own = next(
            (each for each in container.probes if each.kind == kind and _way(live, each) == _way(live, probe)), None
        )
        path = own.http_path if own else None
        if own and own.handler and path and fits.is_path(path):
            yield Proposed(name, path, f"the {kind} asks it", (found.at(own.handler[1].get("path") or own.value),))
        elif probe.handler:
            at = found.at(probe.handler[1].get("path") or probe.value)
            yield Proposed(
                name, probe.http_path, f"there is no {kind} for it, so it is the path of the {probe.kind}", (at,)
            )


def _way(live: Environment, probe: Probe) -> tuple[str, int, tuple[str, ...]]:
    kind = probe.handler[0] if probe.handler else ""
    return kind, number_of(live, probe.port), tuple(probe.command)


def _startup(found: Found, live: Environment) -> Iterator[Fact]:
    """Yield how long it starts: a third of what its startup probe allows, as the template triples it."""
    startup = live.container.startup
    if startup:
        seconds = min(max(-(-startup.budget // 3), 1), _MOST_SECONDS)
        why = f"its startup probe allows {startup.budget} s, three times this"
        yield Proposed("startup_seconds", seconds, why, (found.at(startup.value),))
        return
    delays = [each for each in (live.container.liveness, live.container.readiness) if each and each.initial_delay]
    if delays:
        longest = max(delays, key=lambda each: each.initial_delay)
        seconds = min(max(longest.initial_delay, 1), _MOST_SECONDS)
        at = found.at(longest.value.get("initialDelaySeconds") or longest.value)
        yield Proposed("startup_seconds", seconds, f"the {longest.kind} waits so long before it asks", (at,))
