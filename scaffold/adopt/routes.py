"""What sends requests from outside of the cluster to a service."""

from __future__ import annotations

from scaffold.adopt.fits import is_host
from scaffold.adopt.found import Environment
from scaffold.check.model.hosts import claims_of
from scaffold.check.model.objects import KubernetesObject
from scaffold.check.model.routes import backends
from scaffold.syntax.yaml_nodes import Value

KINDS = {"Ingress": "ingress", "HTTPRoute": "gateway"}
"""The kinds of objects, and the answer to `expose` for each."""

_MOST = 16


def routes_of(live: Environment) -> list[KubernetesObject]:
    """Return the Ingresses and HTTPRoutes that send requests to the service."""
    names = {each.name for each in live.scope.services_of(live.server)}
    routes = [each for each in live.objects if each.kind in KINDS]
    return [each for each in routes if any(backend.name in names for backend in backends(each))]


def hosts_of(live: Environment) -> dict[str, Value]:
    """Return the complete host names by which the service is reached, and where each is written."""
    found = {claim[2]: at for each in routes_of(live) for claim, at in claims_of(each) if is_host(claim[2])}
    return dict(list(found.items())[:_MOST])
