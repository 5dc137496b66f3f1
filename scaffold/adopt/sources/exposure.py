"""Manifests: how requests come from outside of the cluster."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.adopt import fits, strength
from scaffold.adopt.facts import Fact
from scaffold.adopt.found import Found
from scaffold.adopt.proposal import Proposed
from scaffold.adopt.routes import KINDS, hosts_of, routes_of
from scaffold.check.model.hosts import claims_of
from scaffold.check.model.objects import KubernetesObject

STRENGTH = strength.RUNS

_ISSUER = "cert-manager.io/cluster-issuer"
_MOST = 16


def facts(found: Found) -> Iterator[Fact]:
    """Yield how production is reached, and what of that has no question."""
    live = found.production
    if live is None:
        return
    for service in live.scope.services_of(live.server):
        kind = service.value.get("spec", "type")
        if kind and kind.text() in ("LoadBalancer", "NodePort"):
            at = found.at(kind)
            yield f"{at}: the Service {service.name} is a {kind.text()}; the template's is a ClusterIP."
    routes = routes_of(live)
    if not routes:
        return
    kinds = {each.kind for each in routes}
    route = next((each for each in routes if each.kind == "HTTPRoute"), routes[0])
    if len(kinds) > 1:
        at = found.at(routes[0].at)
        yield f"{at}: an Ingress and an HTTPRoute let requests in; the template has one, the HTTPRoute."
    yield from _exposed(found, [each for each in routes if each.kind == route.kind], route)


def _exposed(found: Found, routes: list[KubernetesObject], route: KubernetesObject) -> Iterator[Fact]:
    why = f"the {route.kind} {route.name} sends requests to it"
    live = found.production
    assert live is not None
    hosts = hosts_of(live)
    if not hosts:
        at = found.at(route.at)
        yield f"{at}: the {route.kind} {route.name} has no complete host name, which the template needs."
        return
    yield Proposed("expose", KINDS[route.kind], why, (found.at(route.at),))
    yield Proposed("hosts", list(hosts), why, tuple(found.at(each) for each in hosts.values()))
    paths = list(dict.fromkeys(claim[3].rstrip("/") or "/" for each in routes for claim, _ in claims_of(each)))
    wrong = [path for path in paths if not fits.is_prefix(path)]
    if wrong:
        at = found.at(route.at)
        yield f"{at}: {wrong[0]} is not the beginning of paths, as path_prefixes needs it."
    elif paths and paths != ["/"]:
        yield Proposed("path_prefixes", paths[:_MOST], why, (found.at(route.at),))
    yield from (_ingress if route.kind == "Ingress" else _gateway)(found, route)


def _ingress(found: Found, route: KubernetesObject) -> Iterator[Fact]:
    annotations = route.value.get("metadata", "annotations")
    named = route.value.get("spec", "ingressClassName")
    if named is None and annotations:
        named = annotations.get("kubernetes.io/ingress.class")
    text = named.text() if named else None
    if named and text and fits.is_label(text):
        yield Proposed("ingress_class", text, "the Ingress names it", (found.at(named),))
    issuer = annotations.get(_ISSUER) if annotations else None
    text = issuer.text() if issuer else None
    if issuer and text and fits.is_label(text):
        yield Proposed("tls_issuer", text, "the Ingress names it", (found.at(issuer),))
    else:
        yield Proposed("tls_issuer", "", "no issuer is named", (found.at(route.at),))
    others = [key for key in route.annotations if key not in (_ISSUER, "kubernetes.io/ingress.class")]
    if annotations and others:
        at = found.at(annotations)
        yield f"{at}: the Ingress has {others[0]} and perhaps more annotations; add them to its overlay."


def _gateway(found: Found, route: KubernetesObject) -> Iterator[Fact]:
    parent = next(iter(route.value.items("spec", "parentRefs")), None)
    if parent is None:
        return
    space, name = parent.text("namespace") or route.namespace, parent.text("name") or ""
    if fits.is_label(space) and fits.is_label(name):
        yield Proposed("gateway", f"{space}/{name}", "the HTTPRoute names it", (found.at(parent),))
    listener = parent.get("sectionName")
    text = listener.text() if listener else None
    if listener and text and fits.is_label(text):
        yield Proposed("gateway_listener", text, "the HTTPRoute names it", (found.at(listener),))
