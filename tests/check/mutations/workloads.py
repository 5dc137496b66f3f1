"""What belongs together, what is restarted, and how a version follows another (P03, P04, P08)."""

from __future__ import annotations

from tests.check.mutations.mutation import (
    BUDGET,
    CONFIG,
    DEPLOYMENT,
    DOCKERFILE,
    GO,
    POLICY,
    SERVICE,
    Mutation,
)


def _probe(name: str) -> str:
    """Return what finds a whole probe of the container that serves."""
    return rf"(?m)^          {name}:.*\n(?:            .*\n)*"


def _http(path: str) -> str:
    """Return what finds the httpGet of the container that serves, for a path of its admin port."""
    return rf"httpGet:\n              path: /{path}\n              port: admin\n"


VIRTUAL = """---
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata:
  name: frontend
spec:
  hosts: [shop.example.com]
  http:
    - route:
        - destination:
            host: {name}
            port: {{number: {port}}}
"""
INGRESS = """---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: frontend
spec:
  defaultBackend:
    service:
      name: {name}
      port:
        number: {port}
"""

CLAIM = """---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
spec:
  accessModes: [ReadWriteOnce]
"""

WORKLOADS = (
    Mutation(
        "P03-naked-pod-serves",
        SERVICE,
        r"\Z",
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: mail, labels: {app: mail}}\nspec: {containers: []}\n"
        "---\napiVersion: v1\nkind: Service\nmetadata: {name: mail}\nspec: {selector: {app: mail}, ports: [{port: 25}]}\n",
    ),
    Mutation(
        "P03-naked-pod",
        SERVICE,
        r"\Z",
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: debug}\nspec: {containers: []}\n",
    ),
    Mutation("P03-budget-blocks-drain", BUDGET, "maxUnavailable: 1", "maxUnavailable: 0"),
    Mutation("P03-budget-blocks-drain", BUDGET, "maxUnavailable: 1", "minAvailable: 100%"),
    Mutation("P03-budget-blocks-drain", BUDGET, "maxUnavailable: 1", "minAvailable: 2"),
    Mutation("P03-budget-selects-nothing", BUDGET, "component: serve", "component: server"),
    Mutation("P03-service-selects-nothing", SERVICE, "component: serve", "component: server"),
    Mutation(
        "P03-selector-mismatch",
        DEPLOYMENT,
        "(selector:\n +matchLabels:\n.*\n +app.kubernetes.io/component): serve",
        r"\1: server",
    ),
    Mutation(
        "P03-set-service",
        DEPLOYMENT,
        r"kind: Deployment((?s:.*))\nspec:\n",
        r"kind: StatefulSet\1\nspec:\n  serviceName: pods\n",
        also=("deploy/overlays/production/kustomization.yaml", "kind: Deployment", "kind: StatefulSet"),
    ),
    Mutation("P03-no-budget", CONFIG, "  - pod-disruption-budget.yaml\n", "", found_in=DEPLOYMENT),
    Mutation("P03-overlapping-budgets", BUDGET, r"\A((?s:.*))\Z", r"\1---\n\1", second_name="frontend-2"),
    Mutation("P03-policy-selects-nothing", POLICY, "component: serve", "component: server"),
    Mutation("P03-policy-port", POLICY, "- port: 8080", "- port: 80"),
    Mutation(
        "P03-policy-closes-dns", POLICY, r"    - to:  # (the cluster|OpenShift)'s DNS.*\n(?:      .*\n)+?(?=    - )", ""
    ),
    Mutation(
        "P03-policy-dns-pods-only",
        POLICY,
        r"matchExpressions:\n +- key: k8s-app\n.*\n.*\n(?: +- ipBlock:\n.*\n)+",
        "matchLabels:\n              k8s-app: kube-dns\n",
        also=(POLICY, r"    - to:  # OpenShift's DNS.*\n(?:      .*\n)+?(?=    - )", ""),
    ),
    Mutation("P04-liveness-probe", DEPLOYMENT, _probe("livenessProbe"), ""),
    Mutation(
        "P04-healthcheck-ignored",
        DEPLOYMENT,
        _probe("livenessProbe"),
        "",
        found_in=DOCKERFILE,
        also=(DOCKERFILE, r"\Z", "HEALTHCHECK CMD curl --fail http://localhost:8081/livez\n"),
    ),
    Mutation(
        "P04-background-process",
        DEPLOYMENT,
        r"args: \[serve\]",
        'command: [sh, -c, "python -m app serve & sleep 100000"]',
    ),
    Mutation(
        "P04-background-in-image", DOCKERFILE, r'CMD \["serve"\]', 'CMD ["sh", "-c", "python -m app serve & wait"]'
    ),
    Mutation("P04-liveness-asks-nothing", DEPLOYMENT, _http("livez"), "exec:\n              command: [/bin/true]\n"),
    Mutation("P08-readiness-probe", DEPLOYMENT, r"(?m)^          readinessProbe:.*\n(?:            .*\n)*", ""),
    Mutation("P08-undeclared-probe-port", DEPLOYMENT, "port: admin", "port: 8083"),
    Mutation("P08-probe-port", DEPLOYMENT, "name: admin", "name: management"),
    Mutation("P08-rollout-unavailable", DEPLOYMENT, "maxUnavailable: 0", "maxUnavailable: 1"),
    Mutation("P08-recreate", DEPLOYMENT, r"type: RollingUpdate\n(    .*\n)+", "type: Recreate\n"),
    Mutation("P08-rollout-stuck", DEPLOYMENT, "maxSurge: 25%", "maxSurge: 0"),
    Mutation("P08-progress-deadline", DEPLOYMENT, "progressDeadlineSeconds: 155", "progressDeadlineSeconds: 30"),
    Mutation(
        "P08-startup-budget",
        DEPLOYMENT,
        "(admin\n            periodSeconds: 1 .*\n            failureThreshold:) 30",
        r"\1 5",
    ),
    Mutation("P08-grace-period", DEPLOYMENT, "terminationGracePeriodSeconds: 30", "terminationGracePeriodSeconds: 20"),
    Mutation("P08-grace-period", DEPLOYMENT, "seconds: 5  # P08: time for", "seconds: 30  # P08: time for"),
    Mutation("P08-liveness-before-start", DEPLOYMENT, _probe("startupProbe"), "", "everything-python"),
    Mutation("P08-startup-probe", DEPLOYMENT, _probe("startupProbe"), ""),
    Mutation(
        "P08-liveness-dependency",
        DEPLOYMENT,
        "path: /livez\n              port: admin",
        "path: /readyz\n              port: admin",
    ),
    Mutation("P08-liveness-dependency", DEPLOYMENT, _http("livez"), "exec:\n              command: [nc, mail, '80']\n"),
    Mutation("P08-probe-timeout", DEPLOYMENT, "timeoutSeconds: 1 ", "timeoutSeconds: 10 "),
    Mutation("P08-no-pre-stop", DEPLOYMENT, r"(?m)^          lifecycle:\n(?:            .*\n)+", ""),
    Mutation("P08-service-port", SERVICE, "targetPort: http", "targetPort: web"),
    Mutation(
        "P08-undeclared-service-port",
        DEPLOYMENT,
        "containerPort: 8080",
        "containerPort: 8000",
        found_in=SERVICE,
        also=(SERVICE, "targetPort: http", "targetPort: 8080"),
    ),
    Mutation("P08-route-service", SERVICE, r"\Z", INGRESS.format(name="front", port=80)),
    Mutation("P08-route-port", SERVICE, r"\Z", INGRESS.format(name="frontend", port=8080)),
    Mutation("P08-route-service", SERVICE, r"\Z", VIRTUAL.format(name="front", port=80)),
    Mutation("P08-route-port", SERVICE, r"\Z", VIRTUAL.format(name="frontend", port=8080)),
    Mutation(
        "P08-claim-held",
        DEPLOYMENT,
        r"(?m)^      volumes:.*\n",
        "      volumes:\n        - name: data\n          persistentVolumeClaim:\n            claimName: data\n",
        also=(SERVICE, r"\Z", CLAIM),
    ),
    Mutation("P08-replicas-reset", DEPLOYMENT, r"(?m)^spec:\n", "spec:\n  replicas: 3\n", GO),
)
