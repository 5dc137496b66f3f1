"""The mutation catalogue: small changes of a golden, each of which breaks a pattern, and the rule that must see it."""

from __future__ import annotations

from dataclasses import dataclass

DEPLOYMENT = "deploy/base/deployment.yaml"
SERVICE = "deploy/base/service.yaml"
BUDGET = "deploy/base/pod-disruption-budget.yaml"
PRODUCTION = "deploy/overlays/production/kustomization.yaml"
DOCKERFILE = "Dockerfile"
CRON_JOB = "deploy/base/job-digest.yaml"
JOB = "deploy/base/job-warm-up.yaml"


@dataclass(frozen=True)
class Mutation:
    """In `file` of `golden`, replace each match of the regular expression `old` by `new`; then `rule` must find it."""

    rule: str
    file: str
    old: str
    new: str
    golden: str = "frontend"


def _probe(name: str) -> str:
    """Return what finds a whole probe of the container that serves."""
    return rf"(?m)^          {name}:.*\n(?:            .*\n)*"


MUTATIONS = (
    Mutation("P01-compiler-in-image", DOCKERFILE, r"(?m)^USER", "RUN apt-get install -y gcc\nUSER"),
    Mutation("P02-shell-form", DOCKERFILE, r"ENTRYPOINT .*", "ENTRYPOINT python -m app"),
    Mutation("P03-budget-blocks-drain", BUDGET, "maxUnavailable: 1", "maxUnavailable: 0"),
    Mutation("P03-budget-blocks-drain", BUDGET, "maxUnavailable: 1", "minAvailable: 100%"),
    Mutation("P03-service-selects-nothing", SERVICE, "component: serve", "component: server"),
    Mutation("P04-liveness-probe", DEPLOYMENT, _probe("livenessProbe"), ""),
    Mutation("P06-writable-root", DEPLOYMENT, "readOnlyRootFilesystem: true.*", "readOnlyRootFilesystem: false"),
    Mutation("P07-latest-image", PRODUCTION, r'newTag: "0.1.0"', "newTag: latest"),
    Mutation("P07-latest-base", DOCKERFILE, "RUNTIME_IMAGE=python:.*", "RUNTIME_IMAGE=python"),
    Mutation("P08-readiness-probe", DEPLOYMENT, _probe("readinessProbe"), ""),
    Mutation("P08-probe-port", DEPLOYMENT, "port: admin", "port: 8083"),
    Mutation("P08-rollout-unavailable", DEPLOYMENT, "maxUnavailable: 0", "maxUnavailable: 1"),
    Mutation("P08-progress-deadline", DEPLOYMENT, "progressDeadlineSeconds: 155", "progressDeadlineSeconds: 30"),
    Mutation("P08-startup-budget", DEPLOYMENT, "failureThreshold: 30", "failureThreshold: 5"),
    Mutation("P09-job-deadline", JOB, "activeDeadlineSeconds: .*", ""),
    Mutation("P09-job-deadline", CRON_JOB, "activeDeadlineSeconds: .*", ""),
    Mutation(
        "P10-panic-routing",
        "deploy/base/breaker/envoy.yaml",
        "healthy_panic_threshold: .*",
        "locality_weighted_lb_config: {}",
    ),
    Mutation(
        "P02-init-bypassed", DEPLOYMENT, r"          args: \[serve\]", "          command: [python, -m, app, serve]"
    ),
    Mutation("P13-memory-limit", DEPLOYMENT, r"memory: 256Mi", ""),
)
