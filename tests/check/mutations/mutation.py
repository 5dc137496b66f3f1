"""What a mutation is, and the goldens and files that many change."""

from __future__ import annotations

from dataclasses import dataclass

DEPLOYMENT = "deploy/base/deployment.yaml"
SERVICE = "deploy/base/service.yaml"
BUDGET = "deploy/base/pod-disruption-budget.yaml"
PRODUCTION = "deploy/overlays/production/kustomization.yaml"
DOCKERFILE = "Dockerfile"
CRON_JOB = "deploy/base/job-digest.yaml"
JOB = "deploy/base/job-warm-up.yaml"
CONFIG = "deploy/base/kustomization.yaml"
CONFIG_ENV = "deploy/base/config.env"
POLICY = "deploy/base/network-policy.yaml"
AUTOSCALER = "deploy/base/horizontal-pod-autoscaler.yaml"
ENVOY = "deploy/base/breaker/envoy.yaml"
ENVOY_LIMITER = "deploy/base/limiter/envoy.yaml"
NGINX = "deploy/base/breaker/nginx.conf"
NGINX_LIMITER = "deploy/base/limiter/nginx.conf"
ISTIO = "deploy/overlays/production/breaker/istio.yaml"
GO, TYPESCRIPT, RUST = "everything-go", "everything-typescript", "everything-rust"


@dataclass(frozen=True)
class Mutation:
    """In `file` of `golden`, replace each match of the regular expression `old` by `new`: then `rule` must find it there.

    `found_in` is where, when that is another file; `also` a second change (file, old, new); `without` what is taken out of
    the file as well; `second_name` the name of the second object. Production is the only overlay, unless `all_overlays`.
    """

    rule: str
    file: str
    old: str
    new: str
    golden: str = "frontend"
    found_in: str = ""
    also: tuple[str, str, str] | None = None
    without: str = ""
    second_name: str = ""
    all_overlays: bool = False
