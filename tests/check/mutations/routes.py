"""What lets users in from outside (P08, P12, P15)."""

from __future__ import annotations

from tests.check.mutations.mutation import CONFIG_ENV, GO, POLICY, Mutation

HTTP_ROUTE = "deploy/overlays/production/http-route.yaml"
INGRESS = "deploy/overlays/production/ingress.yaml"
FRONTEND = "frontend-typescript"

ROUTES = (
    Mutation("P08-route-timeout", HTTP_ROUTE, "request: 21s", "request: 11s", GO),
    Mutation("P08-route-timeout", INGRESS, 'timeout: "13"', 'timeout: "2"', FRONTEND),
    Mutation("P12-host-twice", HTTP_ROUTE, "- billing", "- dev.billing", GO, all_overlays=True),
    Mutation("P12-host-twice", INGRESS, "host: frontend", "host: dev.frontend", FRONTEND, all_overlays=True),
    Mutation(
        "P12-other-environment",
        CONFIG_ENV,
        r"\Z",
        "BILLING_URL=https://billing.example.com/\n",
        GO,
        all_overlays=True,
    ),
    Mutation("P15-route-closed", POLICY, r"(gateway-system\n\s+ports:\n\s+- port:) 8080", r"\1 8090", GO, HTTP_ROUTE),
    Mutation(
        "P15-route-closed", POLICY, r"(name: ingress-nginx\n\s+ports:\n\s+- port:) \d+", r"\1 8090", FRONTEND, INGRESS
    ),
)
