"""Where requests are sent on: the Services behind an Ingress, a route of the Gateway API or of a mesh or a proxy."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from scaffold.check.model.objects import KubernetesObject
from scaffold.syntax.yaml_nodes import Value

_ROUTES = frozenset({"GRPCRoute", "HTTPRoute", "TCPRoute", "TLSRoute", "UDPRoute"})
_BY_ANNOTATION = "use-annotation"
"""The port of a name that an annotation explains: an action of AWS's load balancer, not a Service.

https://kubernetes-sigs.github.io/aws-load-balancer-controller/latest/guide/ingress/annotations/#actions
"""

_FULL_NAME = re.compile(r"([a-z0-9-]+)\.([a-z0-9-]+)\.svc\.cluster\.local\.?")


@dataclass(frozen=True)
class Backend:
    """Where a route sends requests: the Service's name, its place, its namespace, and the port if there is any.

    `asked` shows whether requests were for that name anyway, which a mesh's rule only shapes.
    """

    at: Value
    name: str
    namespace: str
    port: Value | None
    asked: bool = False


def backends(route: KubernetesObject) -> Iterator[Backend]:
    """Yield the Services that a route names; nothing for other objects."""
    find = _KINDS.get((route.group, route.kind))
    if find is None and route.group == "gateway.networking.k8s.io" and route.kind in _ROUTES:
        find = _of_gateway
    yield from find(route) if find else ()


def is_outside(route: KubernetesObject) -> bool:
    """Return whether requests to a route come from outside of the cluster, and not only from the pods of a mesh."""
    if route.kind == "VirtualService":
        gateways = [each.text() for each in route.value.items("spec", "gateways")]
        return any(each != "mesh" for each in gateways)
    parents = route.value.items("spec", "parentRefs")
    return not parents or any(each.text("kind") != "Service" for each in parents)


def _of_ingress(route: KubernetesObject) -> Iterator[Backend]:
    paths = [path for rule in route.value.items("spec", "rules") for path in rule.items("http", "paths")]
    found = [route.value.get("spec", "defaultBackend"), *(path.get("backend") for path in paths)]
    for each in filter(None, found):
        service = each.get("service")
        name = service.get("name") if service else each.get("serviceName")
        port = service.get("port") if service else each.get("servicePort")
        number = port and (port.get("number") or port.get("name") or (port if port.text() else None))
        if not (number and number.text() == _BY_ANNOTATION):
            yield from _named(name, route.namespace, number)


def _of_gateway(route: KubernetesObject) -> Iterator[Backend]:
    """https://gateway-api.sigs.k8s.io/reference/spec/: backends, and those that get a copy of each request."""
    for rule in route.value.items("spec", "rules"):
        filters = [
            *rule.items("filters"),
            *(each for ref in rule.items("backendRefs") for each in ref.items("filters")),
        ]
        copies = (each.get("requestMirror", "backendRef") for each in filters)
        for each in filter(None, (*rule.items("backendRefs"), *copies)):
            if each.text("kind") in (None, "Service"):
                yield from _named(each.get("name"), each.text("namespace") or route.namespace, each.get("port"))


def _of_istio(route: KubernetesObject) -> Iterator[Backend]:
    """https://istio.io/latest/docs/reference/config/networking/virtual-service/#Destination."""
    hosts = {each.text() for each in route.value.items("spec", "hosts")}
    for protocol in ("http", "tls", "tcp"):
        for rule in route.value.items("spec", protocol):
            to = [each.get("destination") for each in (*rule.items("route"), *rule.items("mirrors"))]
            for each in filter(None, (*to, rule.get("mirror"))):
                host = each.get("host")
                text = (host.text() if host else None) or ""
                full = _FULL_NAME.fullmatch(text)
                if host and (full or "." not in text):  # Istio takes any other for a name of the DNS
                    name, namespace = (full[1], full[2]) if full else (text, route.namespace)
                    yield Backend(host, name, namespace, each.get("port", "number"), asked=text in hosts)


def _of_traefik(route: KubernetesObject) -> Iterator[Backend]:
    """https://doc.traefik.io/traefik/reference/routing-configuration/kubernetes/crd/http/ingressroute/."""
    for rule in route.value.items("spec", "routes"):
        for each in rule.items("services"):
            if each.text("kind") in (None, "Service") and "@" not in (each.text("name") or ""):
                yield from _named(each.get("name"), each.text("namespace") or route.namespace, each.get("port"))


def _of_contour(route: KubernetesObject) -> Iterator[Backend]:
    """https://projectcontour.io/docs/main/config/api/#projectcontour.io/v1.HTTPProxy."""
    proxy = route.value.get("spec", "tcpproxy")
    for rule in (*route.value.items("spec", "routes"), *([proxy] if proxy else [])):
        for each in rule.items("services"):
            yield from _named(each.get("name"), route.namespace, each.get("port"))


def _named(name: Value | None, namespace: str, port: Value | None) -> Iterator[Backend]:
    if name and (text := name.text()):
        yield Backend(name, text, namespace, port)


_KINDS: dict[tuple[str, str], Callable[[KubernetesObject], Iterator[Backend]]] = {
    **{(group, "Ingress"): _of_ingress for group in ("networking.k8s.io", "extensions")},
    ("networking.istio.io", "VirtualService"): _of_istio,
    ("projectcontour.io", "HTTPProxy"): _of_contour,
    **{
        (group, kind): _of_traefik
        for group in ("traefik.io", "traefik.containo.us")
        for kind in ("IngressRoute", "IngressRouteTCP", "IngressRouteUDP")
    },
}
