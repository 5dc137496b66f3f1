"""Which ports the container of a service opens, and what each is for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scaffold.adopt.found import Environment
from scaffold.adopt.variables import variables_of
from scaffold.check.model.ports import ADMIN
from scaffold.check.model.probes import Probe
from scaffold.syntax.yaml_nodes import Value

_MONITORS = {"ServiceMonitor": "endpoints", "PodMonitor": "podMetricsEndpoints"}
_VARIABLE = re.compile(r"PORT(?:_([A-Z0-9_]+))?")
_METRICS = re.compile(r"(?:^|-)(?:metrics?|prometheus|prom)(?:-|$)")


@dataclass(frozen=True)
class Port:
    """A port of the container: its number and name ("" for none), and where it is written."""

    number: int
    name: str
    at: Value


@dataclass(frozen=True)
class Metrics:
    """Where the metrics are, and why; `path` is "" where nothing names it. `operator`: its objects ask for them."""

    port: int
    path: str
    why: str
    at: Value
    operator: bool = False


def number_of(live: Environment, port: Value | None) -> int:
    """Return the number of a port of the container, which may be given by its name; 0 where it is not known."""
    if port is None:
        return 0
    number = port.number()
    return live.container.port_names.get(port.text() or "", 0) if number is None else number


def metrics_of(live: Environment) -> Metrics | None:
    """Return where the metrics are: by a monitor of the operator, by annotations, by the name of a port."""
    return _monitored(live) or _annotated(live) or _named(live)


def _monitored(live: Environment) -> Metrics | None:
    for each in live.objects:
        field = _MONITORS.get(each.kind)
        endpoint = next(iter(each.value.items("spec", field)), None) if field else None
        if endpoint is not None:
            named = endpoint.get("port") or endpoint.get("targetPort")
            number = _behind_service(live, named) or number_of(live, named)
            path = endpoint.text("path") or "/metrics"
            return Metrics(number, path, f"the {each.kind} asks it", endpoint, operator=True)
    return None


def _annotated(live: Environment) -> Metrics | None:
    annotations = live.server.template.get("metadata", "annotations") if live.server.template else None
    if not annotations or not annotations.is_true("prometheus.io/scrape"):
        return None
    port = annotations.get("prometheus.io/port")
    number = (port.number() if port else None) or min(live.container.port_numbers, default=0)
    path = annotations.text("prometheus.io/path") or "/metrics"
    return Metrics(number, path, "the annotations for Prometheus name it", port or annotations)


def _named(live: Environment) -> Metrics | None:
    for each in live.container.ports:
        name, number = each.text("name") or "", each.number("containerPort")
        if _METRICS.search(name) and number:
            return Metrics(number, "", f"the port is called {name}", each)
    return None


def _behind_service(live: Environment, named: Value | None) -> int:
    """Return the port of the container behind a port of a Service, by its name there; 0 where there is none."""
    name = named.text() if named else None
    for service in live.scope.services_of(live.server):
        for each in service.value.items("spec", "ports"):
            if name and each.text("name") == name:
                return number_of(live, each.get("targetPort") or each.get("port"))
    return 0


def probe_of(live: Environment) -> Probe | None:
    """Return the probe that shows best how to ask the service: that of its readiness, where there is one."""
    container = live.container
    known = (container.readiness, container.liveness, container.startup)
    return next((each for each in known if each and each.handler), None)


def serving_ports(live: Environment) -> list[Port]:
    """Return the ports that serve traffic, the main one first: not those that only Prometheus or a probe asks."""
    ports = list(_opened(live))
    targets = {number_of(live, each) for each in _targets(live)}
    aimed = [port for port in ports if port.number in targets]
    metrics, probe = metrics_of(live), probe_of(live)
    watched = {metrics.port if metrics else 0, number_of(live, probe.port) if probe else 0}
    serving = [each for each in aimed or ports if each.number not in watched and not ADMIN.search(each.name)]
    serving += [each for each in aimed if each not in serving and not ADMIN.search(each.name)]
    return serving or list(_of_proxy(live)) or list(_of_variables(live)) or ports[:1]


def _of_proxy(live: Environment) -> Iterator[Port]:
    """Yield the ports of other containers of the pod to which Services send requests."""
    others = [each for each in live.server.containers if each.value is not live.container.value]
    for target in _targets(live):
        for other in others:
            number = other.port_names.get(target.text() or "") or target.number()
            if number in other.port_numbers and number:
                yield Port(number, target.text() or "", target)


def _of_variables(live: Environment) -> Iterator[Port]:
    """Yield the ports that variables give the program: PORT, or PORT_NAME for each."""
    for variable in variables_of(live):
        found, text = _VARIABLE.fullmatch(variable.name), variable.text or ""
        if found and text.isdecimal() and 0 < int(text) <= 65535:
            yield Port(int(text), (found[1] or "http").lower().replace("_", "-"), variable.at)


def _opened(live: Environment) -> Iterator[Port]:
    """Yield the ports that the container names; where it names none, those that Services or probes ask."""
    seen = set()
    named = [(each.get("containerPort"), each) for each in live.container.ports if each.text("protocol") != "UDP"]
    probe = probe_of(live)
    asked = [*_targets(live), *([probe.port] if probe and probe.port else [])]
    for number, each in named or [(each, each) for each in asked]:
        found = number.number() if number else None
        if number and found and found not in seen:
            seen.add(found)
            yield Port(found, each.text("name") or "", number)


def _targets(live: Environment) -> list[Value]:
    """Return what Services send traffic to, by number or name."""
    services = live.scope.services_of(live.server)
    ports = [port for each in services for port in each.value.items("spec", "ports")]
    return [target for each in ports if (target := each.get("targetPort") or each.get("port"))]
