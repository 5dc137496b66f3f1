"""P08: routes send requests to a Service that is there."""

from __future__ import annotations

from scaffold.check.model.objects import KubernetesObject, Service
from scaffold.check.model.routes import Backend, backends
from scaffold.check.model.scope import Scope
from scaffold.check.rules.rule import Problem, Problems, Rule


def _service(backend: Backend, scope: Scope) -> Service | None:
    return scope.named.service(backend.namespace, backend.name)


class RouteService(Rule[KubernetesObject]):
    """A route sends requests to a Service that is not deployed with it, although others are.

    A route is an Ingress, or one of the Gateway API, Istio (VirtualService), Traefik or Contour. Every request gets
    503, unless something else creates the Service.
    """

    id = "P08-route-service"
    severity = "warning"
    looks_at = KubernetesObject

    def check(self, route: KubernetesObject, scope: Scope) -> Problems:
        """Set the exact name of the Service."""
        for backend in backends(route):
            if backend.asked or "$" in backend.name or _service(backend, scope):
                continue
            if any(_service(backend, other) for other in scope.elsewhere(route)):
                continue
            if backend.namespace in scope.named.namespaces_with_services:
                yield Problem(backend.at, f"there is no Service {backend.name}")


def _has(service: Service, port: str | None) -> bool:
    return any(port in (each.text("port"), each.text("name")) for each in service.value.items("spec", "ports"))


class RoutePort(Rule[KubernetesObject]):
    """A route uses a port that its Service does not have.

    A route is an Ingress, or one of the Gateway API, Istio (VirtualService), Traefik or Contour. Every request gets
    503.
    """

    id = "P08-route-port"
    severity = "error"
    looks_at = KubernetesObject

    def check(self, route: KubernetesObject, scope: Scope) -> Problems:
        """Set one of the Service's `ports`."""
        for backend in backends(route):
            service = _service(backend, scope)
            ports = service.value.items("spec", "ports") if service else []
            port = backend.port.text() if backend.port else None
            if not (service and ports and backend.port and port) or "$" in port:
                continue
            alternatives = (found for other in scope.elsewhere(route) if (found := _service(backend, other)))
            if not any(_has(each, port) for each in (service, *alternatives)):
                yield Problem(backend.port, f"{service.name} has no port {port}", also=(service.at,))
