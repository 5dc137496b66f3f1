"""P08: requests that come from outside reach a Service that is there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scaffold.check.model.objects import KubernetesObject, Service
from scaffold.check.model.scope import Scope
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.syntax.yaml_nodes import Value

_ROUTES = ("GRPCRoute", "HTTPRoute", "TCPRoute", "TLSRoute", "UDPRoute")


@dataclass(frozen=True)
class Backend:
    """Where an Ingress or a route sends requests: the Service's name and namespace, and the port if one is said."""

    name: Value
    namespace: str
    port: Value | None


def backends(route: KubernetesObject) -> Iterator[Backend]:
    """Yield the Services that an Ingress or a route of the Gateway API names; nothing for other objects."""
    group = (route.value.text("apiVersion") or "").rpartition("/")[0]
    if route.kind == "Ingress" and group in ("networking.k8s.io", "extensions"):
        paths = [path for rule in route.value.items("spec", "rules") for path in rule.items("http", "paths")]
        found = [route.value.get("spec", "defaultBackend"), *(path.get("backend") for path in paths)]
        for each in filter(None, found):
            service = each.get("service")
            name = service.get("name") if service else each.get("serviceName")
            port = service.get("port") if service else each.get("servicePort")
            if name and name.text():
                number = port and (port.get("number") or port.get("name") or (port if port.text() else None))
                yield Backend(name, route.namespace, number)
    elif route.kind in _ROUTES and group == "gateway.networking.k8s.io":
        for rule in route.value.items("spec", "rules"):
            for each in rule.items("backendRefs"):
                name = each.get("name")
                if name and name.text() and each.text("kind") in (None, "Service"):
                    yield Backend(name, each.text("namespace") or route.namespace, each.get("port"))


def _service(backend: Backend, scope: Scope) -> Service | None:
    return scope.service(backend.namespace, backend.name.text() or "")


class RouteService(Rule[KubernetesObject]):
    """An Ingress or a route sends requests to a Service that is not deployed with it, though others are.

    Unless something else makes it, every request gets 503.
    """

    id = "P08-route-service"
    severity = "warning"
    looks_at = KubernetesObject

    def check(self, route: KubernetesObject, scope: Scope) -> Problems:
        """Name the Service as it is called."""
        for backend in backends(route):
            if "$" in (backend.name.text() or "") or _service(backend, scope):
                continue
            if any(_service(backend, other) for other in scope.elsewhere(route)):
                continue
            if backend.namespace in scope.namespaces_with_services:
                yield Problem(backend.name, f"there is no Service {backend.name.text()}")


class RoutePort(Rule[KubernetesObject]):
    """An Ingress or a route asks a port that its Service does not have.

    Every request gets 503.
    """

    id = "P08-route-port"
    severity = "error"
    looks_at = KubernetesObject

    def check(self, route: KubernetesObject, scope: Scope) -> Problems:
        """Name one of the Service's `ports`."""
        for backend in backends(route):
            service = _service(backend, scope)
            ports = service.value.items("spec", "ports") if service else []
            if not (service and ports and backend.port and backend.port.text()) or "$" in (backend.port.text() or ""):
                continue
            known = {each.text(key) for each in ports for key in ("port", "name")}
            if backend.port.text() not in known:
                yield Problem(backend.port, f"{service.name} has no port {backend.port.text()}", also=(service.at,))
