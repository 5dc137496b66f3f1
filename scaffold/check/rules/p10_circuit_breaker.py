"""P10: circuit breaker."""

from __future__ import annotations

import re

from scaffold.check.model.configurations import EnvoyConfiguration, NginxConfiguration
from scaffold.check.model.objects import KubernetesObject
from scaffold.check.model.scope import Scope
from scaffold.check.rules.rule import Problem, Problems, Rule


class PanicRouting(Rule[EnvoyConfiguration]):
    """An Envoy cluster with outlier detection keeps panic routing.

    When more than half of the hosts are ejected, Envoy sends requests to all of them again (healthy panic threshold: 50
    % by default). With one dead upstream the breaker never opens.
    """

    id = "P10-panic-routing"
    severity = "warning"
    looks_at = EnvoyConfiguration

    def check(self, envoy: EnvoyConfiguration, scope: Scope) -> Problems:
        """Set `common_lb_config.healthy_panic_threshold.value: 0` and `outlier_detection.max_ejection_percent: 100`."""
        for cluster in envoy.clusters:
            if not cluster.get("outlier_detection"):
                continue
            value = cluster.get("common_lb_config", "healthy_panic_threshold", "value")
            if value is None or (value.text() or "").rstrip("0.") != "":
                name = cluster.text("name") or "the cluster"
                yield Problem(
                    value or cluster.get("name") or cluster,
                    f"panic routing sends requests to {name} even when it is down",
                )


class ProxyTimeout(Rule[NginxConfiguration]):
    """An nginx configuration forwards requests with the default timeout of 60 s.

    While an upstream is slow, each request holds a connection for a minute, and its callers become slow, too.
    """

    id = "P10-proxy-timeout"
    severity = "warning"
    kind = "hygiene"
    looks_at = NginxConfiguration

    def check(self, nginx: NginxConfiguration, scope: Scope) -> Problems:
        """Set `proxy_connect_timeout` and `proxy_read_timeout` to what the caller can wait for."""
        for proxied in nginx.top.all("proxy_pass"):
            block = proxied.parent or nginx.top
            if proxied.is_inside("stream") or block.setting("proxy_timeout") or block.setting("include"):
                continue  # connections have bounds of their own; an included file may set these
            missing = [name for name in ("proxy_connect_timeout", "proxy_read_timeout") if not block.setting(name)]
            if missing:
                yield Problem(proxied, f"no {' and no '.join(missing)}: an upstream that hangs holds requests for 60 s")


class RouteTimeout(Rule[EnvoyConfiguration]):
    """An Envoy route to a cluster sets no timeout.

    Envoy's default is 15 s, and `0s` means none. While the upstream is slow, every request waits that long.
    """

    id = "P10-route-timeout"
    severity = "warning"
    kind = "hygiene"
    looks_at = EnvoyConfiguration

    def check(self, envoy: EnvoyConfiguration, scope: Scope) -> Problems:
        """Set `route.timeout` to what the caller can wait for."""
        inside = {each.text("name") for each in envoy.clusters if envoy.is_loopback(each)}
        for listener in envoy.listeners:
            for manager in envoy.connection_managers(listener):
                for each in envoy.routes(manager):
                    route = each.get("route")
                    timeout = route.get("timeout") if route else None
                    if (
                        route
                        and route.text("cluster") not in inside
                        and (timeout is None or _seconds(timeout.text()) == 0)
                        and not (route.items("upgrade_configs") and timeout)  # a websocket lives as long as it is used
                    ):
                        name = route.text("cluster") or "the upstream"
                        yield Problem(
                            timeout or route.get("cluster") or route, f"requests to {name} wait without a limit"
                        )


class Ejection(Rule[EnvoyConfiguration]):
    """Outlier detection may eject only some of the hosts.

    Envoy's default is 10 %. Of a few hosts, or of a single one, none is ever ejected, however broken it is.
    """

    id = "P10-ejection"
    severity = "warning"
    looks_at = EnvoyConfiguration

    def check(self, envoy: EnvoyConfiguration, scope: Scope) -> Problems:
        """Set `outlier_detection.max_ejection_percent: 100`."""
        for cluster in envoy.clusters:
            detection = cluster.get("outlier_detection")
            value = detection.get("max_ejection_percent") if detection else None
            if detection and (value is None or (value.number() or 0) < 100):
                name = cluster.text("name") or "the upstream"
                percent = value.text() if value else "10"
                yield Problem(
                    value or cluster.get("name") or cluster, f"at most {percent} % of the hosts of {name} are ejected"
                )


class MeshTimeout(Rule[KubernetesObject]):
    """A route of the mesh has no timeout.

    Istio sets none by default. While the upstream is slow, every request waits, and its callers become slow, too.
    """

    id = "P10-mesh-timeout"
    severity = "warning"
    kind = "hygiene"
    looks_at = KubernetesObject

    def check(self, route: KubernetesObject, scope: Scope) -> Problems:
        """Set `timeout` of each route of the VirtualService."""
        if route.kind != "VirtualService" or not (route.value.text("apiVersion") or "").startswith(
            "networking.istio.io/"
        ):
            return
        routes = [each for each in route.value.items("spec", "http") if each.get("route")]
        own = [each for each in routes if any(match.get("sourceLabels") for match in each.items("match"))]
        for each in own or routes:  # beside routes for one caller, the rest is for others, as it would be without them
            timeout = each.get("timeout")
            if timeout is None or _seconds(timeout.text()) == 0:
                hosts = [target.get("destination", "host") for target in each.items("route")]
                at = timeout or each.get("name") or next(filter(None, hosts), None) or route.at
                yield Problem(at, f"requests by this route of {route.name} wait without a limit")


class MeshBreaker(Rule[KubernetesObject]):
    """A breaker of the mesh never opens.

    With `minHealthPercent` above 0, outlier detection is off when fewer hosts are healthy (panic routing). With
    `maxEjectionPercent` below 100 (default: 10), some broken hosts stay.
    """

    id = "P10-mesh-breaker"
    severity = "warning"
    looks_at = KubernetesObject

    def check(self, rule: KubernetesObject, scope: Scope) -> Problems:
        """Set `maxEjectionPercent: 100` and `minHealthPercent: 0` in the DestinationRule's outlierDetection."""
        if rule.kind != "DestinationRule":
            return
        policies = [rule.value.get("spec", "trafficPolicy")]
        policies += [each.get("trafficPolicy") for each in rule.value.items("spec", "subsets")]
        for detection in (each.get("outlierDetection") for each in policies if each):
            if not detection:
                continue
            health, ejection = detection.get("minHealthPercent"), detection.get("maxEjectionPercent")
            if health and (health.number() or 0) > 0:
                yield Problem(
                    health, f"below {health.text()} % of healthy hosts, {rule.name} sends requests to broken hosts, too"
                )
            if ejection is None or (ejection.number() or 0) < 100:
                percent = ejection.text() if ejection else "10"
                yield Problem(ejection or rule.at, f"at most {percent} % of the hosts of {rule.name} are ejected")


def _seconds(text: str | None) -> float | None:
    """Return a duration such as `1.5s`, `200ms` or `1m` in seconds, or None where it is none."""
    found = re.fullmatch(r"([0-9]{1,9}(?:\.[0-9]{1,9})?)(ms|s|m|h)", text or "")
    return float(found[1]) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600}[found[2]] if found else None
