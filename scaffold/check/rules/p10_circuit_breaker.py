"""P10: circuit breaker."""

from __future__ import annotations

from scaffold.check.findings import Problem
from scaffold.check.model.configurations import EnvoyConfiguration, NginxConfiguration
from scaffold.check.rules.rule import Problems, Rule


class PanicRouting(Rule[EnvoyConfiguration]):
    """An Envoy cluster with outlier detection keeps panic routing.

    When more than half of its hosts are ejected, Envoy sends requests to all of them again (the healthy panic
    threshold is 50 % by default): with one dead upstream the breaker never opens.
    """

    id = "P10-panic-routing"
    severity = "error"
    looks_at = EnvoyConfiguration

    def check(self, envoy: EnvoyConfiguration) -> Problems:
        """Set `common_lb_config.healthy_panic_threshold.value: 0` and `outlier_detection.max_ejection_percent: 100`."""
        for cluster in envoy.clusters:
            if not cluster.get("outlier_detection"):
                continue
            value = cluster.get("common_lb_config", "healthy_panic_threshold", "value")
            if value is None or (value.text() or "").rstrip("0.") != "":
                name = cluster.text("name") or "the cluster"
                yield Problem(
                    value or cluster.get("name") or cluster, f"panic routing sends requests to {name} when it is down"
                )


class ProxyTimeout(Rule[NginxConfiguration]):
    """An nginx passes requests on with its own default timeout, 60 s.

    While an upstream is slow, each request holds a connection for a minute, and the slowness goes on to whoever
    waits.
    """

    id = "P10-proxy-timeout"
    severity = "error"
    looks_at = NginxConfiguration

    def check(self, nginx: NginxConfiguration) -> Problems:
        """Set `proxy_connect_timeout` and `proxy_read_timeout` to what the caller can wait for."""
        for proxied in nginx.top.all("proxy_pass"):
            block = proxied.parent or nginx.top
            missing = [name for name in ("proxy_connect_timeout", "proxy_read_timeout") if not block.setting(name)]
            if missing:
                yield Problem(proxied, f"no {' and no '.join(missing)}: an upstream that hangs holds requests for 60 s")
