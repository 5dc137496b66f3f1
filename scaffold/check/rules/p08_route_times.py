"""P08: a route gives the service as long as the service gives itself."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.check.model.objects import KubernetesObject
from scaffold.check.model.scope import Scope
from scaffold.check.model.selection import MANY
from scaffold.check.model.workloads import Container
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.syntax.yaml_nodes import Value

_NGINX = "nginx.ingress.kubernetes.io/proxy-read-timeout"
_DURATION = re.compile(r"(?:[0-9]{1,5}(?:h|ms|m|s)){1,4}")
_PARTS = re.compile(r"([0-9]{1,5})(h|ms|m|s)")
_UNITS = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


class RouteTimeout(Rule[KubernetesObject]):
    """A route ends requests before the service does.

    The caller gets a 504 of the gateway instead of the response of the service, which goes on working for nobody.
    """

    id = "P08-route-timeout"
    severity = "warning"
    looks_at = KubernetesObject

    def check(self, route: KubernetesObject, scope: Scope) -> Problems:
        """Set a timeout above the service's `REQUEST_SECONDS`, and that of its limiter, if it has one."""
        for at, seconds, name in _timeouts(route):
            service = scope.named.service(route.namespace, name)
            servers = scope.workloads_of(service)[:MANY] if service else ()
            limits = (_limit(each, scope) for server in servers for each in server.containers)
            limit = next(filter(None, limits), None)
            if limit and 0 < seconds <= (told := float(limit.text() or 0)):
                yield Problem(at, f"the service {name} may take {told:g} s for a request", also=(limit,))


def _timeouts(route: KubernetesObject) -> Iterator[tuple[Value, float, str]]:
    """Yield each time limit of a route, in seconds, with the Service that it is for; 0 is none."""
    rules = route.value.items("spec", "rules")
    if (route.group, route.kind) == ("networking.k8s.io", "Ingress"):
        at = route.value.get("metadata", "annotations", _NGINX)
        seconds = at.number() if at else None
        names = {path.text("backend", "service", "name") for rule in rules for path in rule.items("http", "paths")}
        if at and seconds is not None:
            yield from ((at, float(seconds), name) for name in sorted(filter(None, names)))
    elif (route.group, route.kind) == ("gateway.networking.k8s.io", "HTTPRoute"):
        for rule in rules:
            names = {each.text("name") for each in rule.items("backendRefs") if each.text("kind") in (None, "Service")}
            for at in filter(None, (rule.get("timeouts", key) for key in ("request", "backendRequest"))):
                seconds_ = _seconds(at.text() or "")
                yield from ((at, seconds_, name) for name in sorted(filter(None, names)))


def _seconds(text: str) -> float:
    """Return a duration of the Gateway API in seconds (https://gateway-api.sigs.k8s.io/geps/gep-2257/)."""
    if not _DURATION.fullmatch(text):
        return 0
    return sum(int(number) * _UNITS[unit] for number, unit in _PARTS.findall(text))


def _limit(container: Container, scope: Scope) -> Value | None:
    """Return the time limit of a request, where the container is the one of a service that the template made."""
    if not scope.declared(container, "shutdown_seconds"):
        return None
    found = container.variable("REQUEST_SECONDS") if "REQUEST_SECONDS" in container.variables else None
    for each in container.value.items("envFrom"):
        name = each.text("configMapRef", "name") or ""
        config_map = scope.named.config_map(container.workload.namespace, name)
        found = found or (config_map.value.get("data", "REQUEST_SECONDS") if config_map else None)
    return found if found and re.fullmatch(r"[0-9]{1,5}(?:\.[0-9]{1,5})?", found.text() or "") else None
