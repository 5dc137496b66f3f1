"""Configurations of the proxies beside a service: nginx and Envoy, in ConfigMaps or in files."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.check.model.objects import ConfigMap
from scaffold.syntax import nginx
from scaffold.syntax.embedded import Embedded
from scaffold.syntax.lazy import cached_property
from scaffold.syntax.source import Source
from scaffold.syntax.yaml_nodes import Value, documents

_NGINX = re.compile(
    r"^[ \t]*(?:(?:proxy|fastcgi|uwsgi|grpc)_pass|limit_req|limit_conn)[ \t]+\S[^\n]*;"
    r"|^[ \t]*(?:server|upstream[ \t]+\S+)\s*\{",
    re.MULTILINE,
)
_ENVOY = re.compile(r"^[ \t]*[\"']?static_resources[\"']?\s*:", re.MULTILINE)


class Configuration:
    """A proxy's configuration; `config_map` is what it stands in, None for a file."""

    def __init__(self, source: Source, config_map: ConfigMap | None) -> None:
        """Take the file, or the text in a ConfigMap."""
        self.source = source
        self.config_map = config_map


class NginxConfiguration(Configuration):
    """A configuration of nginx."""

    @cached_property
    def top(self) -> nginx.Directive:
        """Return all of it as one block; an empty one where nginx could not read it either."""
        return nginx.parse(self.source) or nginx.Directive(self.source, "", [], 1)


class EnvoyConfiguration(Configuration):
    """A static configuration of Envoy (bootstrap, v3)."""

    @cached_property
    def roots(self) -> list[Value]:
        """Return the top value of each of its documents."""
        return [document.root for document in documents(self.source)[0]]

    @property
    def clusters(self) -> list[Value]:
        """Return its static clusters."""
        return [each for root in self.roots for each in root.items("static_resources", "clusters")]

    @property
    def listeners(self) -> list[Value]:
        """Return its static listeners."""
        return [each for root in self.roots for each in root.items("static_resources", "listeners")]

    def is_loopback(self, cluster: Value) -> bool:
        """Return whether all hosts of a cluster are in the same pod: Envoy's own admin interface, or the service."""
        localities = cluster.items("load_assignment", "endpoints")
        hosts = [host for locality in localities for host in locality.items("lb_endpoints")]
        addresses = [each.get("endpoint", "address") for each in hosts]
        names = [each.text("socket_address", "address") for each in addresses if each and not each.get("pipe")]
        return bool(hosts) and all(name in ("127.0.0.1", "::1", "localhost") for name in names)

    def connection_managers(self, listener: Value) -> Iterator[Value]:
        """Yield the configuration of each HTTP connection manager of a listener."""
        chains = [*listener.items("filter_chains"), *filter(None, [listener.get("default_filter_chain")])]
        for chain in chains:
            for each in chain.items("filters"):
                typed = each.get("typed_config")
                if typed and (typed.text("@type") or "").endswith(".HttpConnectionManager"):
                    yield typed

    def routes(self, manager: Value) -> Iterator[Value]:
        """Yield the routes of an HTTP connection manager."""
        for host in manager.items("route_config", "virtual_hosts"):
            yield from host.items("routes")


def configuration(source: Source, config_map: ConfigMap | None = None) -> Configuration | None:
    """Return what a text configures, or None where it is neither nginx nor Envoy."""
    if _ENVOY.search(source.text):
        return EnvoyConfiguration(source, config_map)
    return NginxConfiguration(source, config_map) if _NGINX.search(source.text) else None


def configurations_in(config_map: ConfigMap) -> Iterator[Configuration]:
    """Yield the configurations that a ConfigMap holds."""
    for value in config_map.value.fields("data").values():
        text = value.text()
        if text and "\n" in text and (found := configuration(Embedded.of(value), config_map)):
            yield found
