"""Where requests from outside of the cluster go: the Services behind an Ingress or a route of the Gateway API."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from scaffold.check.model.objects import KubernetesObject
from scaffold.syntax.yaml_nodes import Value

_ROUTES = ("GRPCRoute", "HTTPRoute", "TCPRoute", "TLSRoute", "UDPRoute")


@dataclass(frozen=True)
class Backend:
    """Where an Ingress or a route sends requests: the Service's name and namespace, and the port if one is given."""

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
