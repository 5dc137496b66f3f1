"""Breakers and limiters (P10, P11)."""

from __future__ import annotations

from tests.check.mutations.mutation import (
    DEPLOYMENT,
    ENVOY,
    ENVOY_LIMITER,
    GO,
    ISTIO,
    NGINX,
    NGINX_LIMITER,
    RUST,
    TYPESCRIPT,
    Mutation,
)

SIDECARS = (
    Mutation("P10-panic-routing", ENVOY, "healthy_panic_threshold: .*", "locality_weighted_lb_config: {}"),
    Mutation("P10-panic-routing", ENVOY, "healthy_panic_threshold: {value: 0}", "healthy_panic_threshold: {value: 50}"),
    Mutation("P10-route-timeout", ENVOY, r"(?m)^ +timeout: [0-9.]+s\n", ""),
    Mutation("P10-route-timeout", ENVOY, r"(?m)( timeout: )[0-9.]+s$", r"\g<1>0s"),
    Mutation("P10-ejection", ENVOY, "max_ejection_percent: 100", "max_ejection_percent: 10"),
    Mutation("P10-proxy-timeout", NGINX, "proxy_read_timeout .*;", "", TYPESCRIPT),
    Mutation("P10-mesh-timeout", ISTIO, " +timeout: .*ms\n", "", RUST),
    Mutation("P10-mesh-breaker", ISTIO, "maxEjectionPercent: 100", "maxEjectionPercent: 10", RUST),
    Mutation("P10-mesh-breaker", ISTIO, "minHealthPercent: 0", "minHealthPercent: 50", RUST),
    Mutation(
        "P11-limiter-catches-probes",
        DEPLOYMENT,
        "(readinessProbe:(?:.*\n)+?.*port:) limiter-health",
        r"\1 http",
        TYPESCRIPT,
        found_in=NGINX_LIMITER,
    ),
    Mutation(
        "P11-envoy-limiter-catches-probes",
        DEPLOYMENT,
        "(readinessProbe:(?:.*\n)+?.*port:) limiter-health",
        r"\1 http",
        GO,
        found_in=ENVOY_LIMITER,
    ),
    Mutation("P11-limit-status", NGINX_LIMITER, "limit_req_status 429", "limit_req_status 503", TYPESCRIPT),
)
