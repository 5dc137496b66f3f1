"""P11: rate and connection limits."""

from __future__ import annotations

from collections.abc import Iterable

from scaffold.check.model.configurations import Configuration, EnvoyConfiguration, NginxConfiguration
from scaffold.check.model.probes import Probe
from scaffold.check.model.scope import Scope
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.syntax.nginx import Directive


class LimiterCatchesProbes(Rule[NginxConfiguration]):
    """A limiter counts the probes of its own pod.

    Above the limit it sends 429 or 503 to the kubelet, too. Under load the pod becomes unready or is restarted, and the
    other pods get its load.
    """

    id = "P11-limiter-catches-probes"
    severity = "error"
    looks_at = NginxConfiguration

    def check(self, nginx: NginxConfiguration, scope: Scope) -> Problems:
        """Give probes a separate port without a limit."""
        for server in nginx.top.all("server"):
            ports = {_port(each.words[0]) for each in server.block if each.name == "listen" and each.words}
            for probe, port in _asked(nginx, scope, ports):
                location = _location(server, probe.http_path or "/") or server
                limit = location.setting("limit_req") or location.setting("limit_conn")
                if limit and not location.own("return"):  # nginx answers by `return` before it looks at limits
                    message = f"the {probe.kind} on port {port} is limited, too: under load the pod fails its own probe"
                    yield Problem(limit, message, also=(probe.port or probe.value,))


class EnvoyLimiterCatchesProbes(Rule[EnvoyConfiguration]):
    """An Envoy limiter counts the probes of its own pod.

    Above the limit it sends 429 to the kubelet, too. Under load the pod becomes unready or is restarted, and the other
    pods get its load.
    """

    id = "P11-envoy-limiter-catches-probes"
    severity = "error"
    looks_at = EnvoyConfiguration

    def check(self, envoy: EnvoyConfiguration, scope: Scope) -> Problems:
        """Give probes a separate listener without a limit."""
        for listener in envoy.listeners:
            port = listener.number("address", "socket_address", "port_value")
            for manager in envoy.connection_managers(listener):
                filters = manager.items("http_filters")
                limit = next((each for each in filters if "ratelimit" in (each.text("name") or "")), None)
                for probe, _ in _asked(envoy, scope, {port}) if limit else ():
                    message = f"the {probe.kind} on port {port} is limited, too: under load the pod fails its own probe"
                    yield Problem((limit and limit.get("name")) or listener, message, also=(probe.port or probe.value,))


class LimitStatus(Rule[NginxConfiguration]):
    """A limiter responds with 503 above its limit.

    That is nginx's default, and means that the service is broken. Clients and breakers count it as a failure, and retry
    at once.
    """

    id = "P11-limit-status"
    severity = "warning"
    looks_at = NginxConfiguration

    def check(self, nginx: NginxConfiguration, scope: Scope) -> Problems:
        """Set `limit_req_status 429` and `limit_conn_status 429`."""
        for name in ("limit_req", "limit_conn"):
            for limit in nginx.top.all(name):
                status = (limit.parent or nginx.top).setting(f"{name}_status")
                if status is None or status.words != ["429"]:
                    yield Problem(
                        status or limit, f"requests above the limit get {_said(status)}, which counts as a failure"
                    )


def _said(status: Directive | None) -> str:
    return status.words[0] if status and status.words else "503"


def _port(listen: str) -> int | None:
    """Return the port of a listen directive: `8080`, `*:8080`, `[::]:8080`."""
    text = listen.rpartition(":")[2]
    return int(text) if text.isdecimal() and len(text) < 6 else None


def _location(server: Directive, path: str) -> Directive | None:
    """Return the location that nginx uses for a path: the exact one, otherwise the longest prefix; no expressions."""
    best: Directive | None = None
    length = -1
    for each in server.block:
        if each.name != "location" or not each.words:
            continue
        prefix = each.words[-1]
        if each.words[0] == "=" and prefix == path:
            return each
        if each.words[0] in (prefix, "^~") and path.startswith(prefix) and len(prefix) > length:
            best, length = each, len(prefix)
    return best


def _asked(configuration: Configuration, scope: Scope, ports: Iterable[int | None]) -> list[tuple[Probe, int]]:
    """Return the HTTP probes that ask one of these ports, in the pods that mount the configuration."""
    found = []
    for workload in scope.workloads_of(configuration):
        names = {name: number for each in workload.containers for name, number in each.port_names.items()}
        for container in workload.containers:
            for probe in container.probes:
                if probe.http_path is None or probe.port is None:
                    continue
                port = probe.port.number() or names.get(probe.port.text() or "", 0)
                if port and port in ports:
                    found.append((probe, port))
    return found
