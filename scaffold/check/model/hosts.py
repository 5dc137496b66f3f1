"""Host names by which an Ingress or an HTTPRoute lets requests in, and which namespaces claim them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from scaffold.check.model.objects import KubernetesObject
from scaffold.syntax.yaml_nodes import Value

Claim = tuple[str, str, str, str]
"""Of a route: its kind and name, a host name, and a path."""


def claims(objects: Iterable[KubernetesObject]) -> dict[Claim, dict[str, Value]]:
    """Return the namespaces that claim a path of a host name, the first one first, each with where it does."""
    found: dict[Claim, dict[str, Value]] = {}
    for route in objects:
        if namespace := route.certain_namespace:
            for claim, at in claims_of(route):
                found.setdefault(claim, {}).setdefault(namespace, at)
    return found


def namespaces_of_hosts(found: Mapping[Claim, Mapping[str, Value]]) -> dict[str, dict[str, Value]]:
    """Return by host name the namespaces that claim some path of it, each with where it does."""
    hosts: dict[str, dict[str, Value]] = {}
    for claim, namespaces in found.items():
        for namespace, at in namespaces.items():
            hosts.setdefault(claim[2], {}).setdefault(namespace, at)
    return hosts


def claims_of(route: KubernetesObject) -> Iterator[tuple[Claim, Value]]:
    """Yield each host name of a route with each path; one that is not complete (`*.example.com`, `$HOST`) is not."""
    if (route.group, route.kind) == ("networking.k8s.io", "Ingress"):
        pairs = [
            (rule.get("host"), path.text("path") or "/")
            for rule in route.value.items("spec", "rules")
            for path in rule.items("http", "paths")
        ]
    elif (route.group, route.kind) == ("gateway.networking.k8s.io", "HTTPRoute"):
        matches = [match for rule in route.value.items("spec", "rules") for match in rule.items("matches")]
        paths = {match.text("path", "value") or "/" for match in matches if len(match.fields()) < 2} or {"/"}
        pairs = [(host, path) for host in route.value.items("spec", "hostnames") for path in sorted(paths)]
    else:
        return
    for at, path in pairs:
        host = at.text() if at else None
        if at and host and not {"*", "$", "{"}.intersection(host):
            yield (route.kind, route.name, host.lower(), path), at
