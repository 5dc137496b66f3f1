"""P12: each environment has a configuration of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.check.model.objects import ConfigMap
from scaffold.check.model.scope import Scope
from scaffold.check.model.workloads import Server
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.syntax.yaml_nodes import Value

_SERVICE = re.compile(r"(?<![\w.-])[a-z0-9-]+\.([a-z0-9-]+)\.svc(?![\w-])")
"""A Service of a namespace, which the group has."""

_URL = re.compile(r"[a-z][a-z0-9+.-]*://(?:[^\s/?#@,]*@)?([a-z0-9.-]+)(?::\d+)?(?:[/?#][^\s,]*)?", re.IGNORECASE)
"""One URL, with its host name in the group; a list of several may be whom the service lets in."""


class OtherEnvironment(Rule[Scope]):
    """The configuration of an environment names a Service or a host name of another environment.

    The Service is in the namespace of that environment, or only an Ingress or HTTPRoute there has the host name. The
    same workload is deployed into both namespaces, so they are two environments, such as dev and production. What is
    tried out in one of them then changes the data of the other.
    """

    id = "P12-other-environment"
    severity = "warning"
    looks_at = Scope

    def check(self, here: Scope, scope: Scope) -> Problems:
        """Name the Service by one word, which is one of the pod's own namespace, or give the overlay its own value."""
        own = {each.namespace for each in here.objects}
        others: dict[str, Server] | None = None
        for value in _values(here):
            text = value.text() or ""
            claimed = _claimed(here, text, own)
            for space in sorted((_namespaces(text) | claimed.keys()) - own):
                others = _environments(here) if others is None else others
                if server := others.get(space):
                    told = f"{space} is another environment: {server.name} is deployed there, too"
                    host = claimed.get(space)
                    yield Problem(value, f"{host.text()} leads to {told}" if host else told, also=(server.at,))


def _namespaces(text: str) -> set[str]:
    """Return the namespaces of the Services that one line names; a whole file may hold examples and comments."""
    return set() if "\n" in text else set(_SERVICE.findall(text))


def _claimed(here: Scope, text: str, own: set[str]) -> dict[str, Value]:
    """Return the namespaces to which the host name of a URL leads, each with where; none if it leads to an own one."""
    url = _URL.fullmatch(text)
    found = here.repository.hosts.get(url[1].lower(), {}) if url else {}
    return {} if own & found.keys() else found


def _values(here: Scope) -> Iterator[Value]:
    """Yield each value that pods get from a ConfigMap or directly."""
    for config_map in here.of(ConfigMap):
        yield from config_map.value.fields("data").values()
    for container in here.containers:
        for each in container.value.items("env"):
            if _is_address(each.text("value") or "") and (value := each.get("value")):
                yield value


def _is_address(text: str) -> bool:
    return ".svc" in text or "://" in text


def _environments(here: Scope) -> dict[str, Server]:
    """Return other namespaces that get a workload of this scope, too, each with one that is deployed there."""
    own = {(each.kind, each.name): each.namespace for each in here.of(Server) if each.namespace}
    return {
        each.namespace: each
        for scope in here.repository.scopes
        if scope is not here and own
        for each in scope.of(Server)
        if each.namespace and own.get((each.kind, each.name), each.namespace) != each.namespace
    }
