"""Faults for the repositories of the corpus that have no error: each shows exactly what it breaks, and nothing else."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """In `file` of the repository `shape`, write `new` for `old`: then `finds` is found as well, each `file rule`.

    `old` stands once in the file. `instead` is what is found no more.
    """

    shape: str
    file: str
    old: str
    new: str
    finds: tuple[str, ...]
    instead: tuple[str, ...] = ()


ORDERS = "manifests/orders/orders.yaml"
MANAGER = "config/manager/manager.yaml"
ACCOUNTS, BILLING = "production/accounts/accounts.yaml", "production/billing/billing.yaml"
AVAILABLE = "components/highly-available"
GATEWAY, CATALOG = "services/gateway", "services/catalog"

FAULTS = (  # a line each: file, what stands there, what is written instead, what is found
    Fault("argo-apps", ORDERS, "minAvailable: 2", "minAvailable: 3", (f"{ORDERS} P03-budget-blocks-drain",)),
    Fault("argo-apps", ORDERS, "  activeDeadlineSeconds: 600\n", "", (f"{ORDERS} P09-job-deadline",)),
    Fault("argo-apps", ORDERS, "kind: ConfigMap\nmetadata:\n  name: orders", "kind: ConfigMap\nmetadata:\n  name: orders-config", (f"{ORDERS} P12-config-missing",) * 2),
    Fault("argo-apps", ORDERS, "rollingUpdate:\n      maxSurge: 1\n      maxUnavailable: 0", "type: Recreate", (f"{ORDERS} P08-recreate",)),
    Fault("argo-apps", ORDERS, "path: /live", "path: /ready", (f"{ORDERS} P08-liveness-dependency",)),
    Fault("components", f"{AVAILABLE}/budget.yaml", "maxUnavailable: 1", "maxUnavailable: 0", (f"{AVAILABLE}/budget.yaml P03-budget-blocks-drain",)),
    Fault("components", f"{AVAILABLE}/kustomization.yaml", "maxUnavailable: 0", "maxUnavailable: 1", (f"{AVAILABLE}/kustomization.yaml P08-rollout-unavailable",)),
    Fault("components", "components/ingress/ingress.yaml", "name: http", "name: https", ("components/ingress/ingress.yaml P08-route-port",)),
    Fault("components", "overlays/production/kustomization.yaml", "newTag: 1.7.2", "newTag: latest", ("overlays/production/kustomization.yaml P07-latest-image",)),
    Fault("cron-jobs", "jobs/daily.yaml", "Forbid", "Allow", ("jobs/daily.yaml P09-cron-concurrency",)),
    Fault("cron-jobs", "jobs/vacuum.yaml", "restartPolicy: Never", "restartPolicy: Always", ("jobs/vacuum.yaml P09-job-restart",)),
    Fault("cron-jobs", "Dockerfile", "USER 10001\n", "", ("Dockerfile P14-image-runs-as-root",)),
    Fault("cron-jobs", "jobs/vacuum.yaml", "valueFrom:\n                    secretKeyRef:\n                      name: reports-database\n                      key: url\n", "value: postgres://reports:correct-horse@database/reports\n", ("jobs/vacuum.yaml P12-secret-in-manifest",)),
    Fault("database", "postgres.yaml", "maxUnavailable: 1", "maxUnavailable: 0", ("postgres.yaml P03-budget-blocks-drain",)),
    Fault("database", "postgres.yaml", "{name: run,", "{name: runtime,", ("postgres.yaml P12-volume-missing",)),
    Fault("database", "postgres.yaml", "serviceName: postgres-headless", "serviceName: postgresql", ("postgres.yaml P03-set-service",)),
    Fault("database", "postgres.yaml", "runAsUser: 999", "runAsUser: 0", ("postgres.yaml P14-user-refused",)),
    Fault("environments", BILLING, "targetPort: 8081", "targetPort: 8080", (f"{BILLING} P08-undeclared-service-port",), (f"{BILLING} P08-no-pre-stop",)),
    Fault("environments", "production/features.yaml", "namespace: production", "namespace: staging", tuple(f"{each} P12-missing-in-namespace" for each in (ACCOUNTS, BILLING)), tuple(f"{each} P12-config-not-rolled" for each in (ACCOUNTS, BILLING))),
    Fault("environments", BILLING, "key: billing", "key: invoices", (f"{BILLING} P12-config-missing",)),
    Fault("environments", "staging/accounts/accounts.yaml", "limits:\n              memory: 256Mi", "limits:\n              memory: 128Mi", ("staging/accounts/accounts.yaml P13-request-above-limit",)),
    Fault("flux", "apps/base/web.yaml", "targetPort: http", "targetPort: web", ("apps/base/web.yaml P08-service-port",)),
    Fault("flux", "apps/base/web.yaml", "web:6.7.1", "web", ("apps/base/web.yaml P07-latest-image",)),
    Fault("flux", "apps/production/web-patch.yaml", "  replicas: 3\n", "  replicas: 3\n  template: {spec: {containers: [{name: web, securityContext: {privileged: true}}]}}\n", ("apps/production/web-patch.yaml P14-privileged",)),
    Fault("gateway", "store/route.yaml", "name: store-v2\n          port: 8080\n    -", "name: store-v2\n          port: 80\n    -", ("store/route.yaml P08-route-port",)),
    Fault("gateway", "store/route.yaml", "name: store-v1", "name: store", ("store/route.yaml P08-route-service",)),
    Fault("gateway", "store/store-v2.yaml", "name: http, containerPort: 8080", "name: web, containerPort: 8080", ("store/store-v2.yaml P08-probe-port",) * 2 + ("store/store-v2.yaml P08-service-port",)),
    Fault("istio", "mesh.yaml", "maxEjectionPercent: 100", "maxEjectionPercent: 10", ("mesh.yaml P10-mesh-breaker",)),
    Fault("istio", "mesh.yaml", "timeout: 3s\n      retries", "retries", ("mesh.yaml P10-mesh-timeout",)),
    Fault("istio", "reviews.yaml", "  selector: {app: ratings}", "  selector: {app: rating}", ("reviews.yaml P03-service-selects-nothing",)),
    Fault("keda", "worker.yaml", "spec:\n  selector:", "spec:\n  replicas: 2\n  selector:", ("worker.yaml P08-replicas-reset",)),
    Fault("keda", "worker.yaml", "scaleTargetRef:\n    name: thumbnails", "scaleTargetRef:\n    name: thumbnail", ("worker.yaml P13-autoscaler-target",)),
    Fault("keda", "worker.yaml", "thumbnails:3.2.0", "thumbnails:stable", ("worker.yaml P07-latest-image",)),
    Fault("knative", "service.yaml", "hello:1.0.4", "hello:latest", ("service.yaml P07-latest-image",)),
    Fault("knative", "service.yaml", "            limits:\n              memory: 128Mi\n", "", ("service.yaml P13-memory-limit",)),
    Fault("monorepo", f"{GATEWAY}/Dockerfile", 'ENTRYPOINT ["tini", "--", "node", "dist/main.js"]', "CMD node dist/main.js", (f"{GATEWAY}/Dockerfile P02-shell-form-unsure",)),
    Fault("monorepo", f"{CATALOG}/Dockerfile", "USER 65532:65532", "USER catalog", (f"{CATALOG}/Dockerfile P14-user-refused",)),
    Fault("monorepo", "k8s/ingress.yaml", "name: gateway\n                port", "name: gatevay\n                port", ("k8s/ingress.yaml P08-route-service",)),
    Fault("monorepo", f"{GATEWAY}/k8s/gateway.yaml", "selector: {app: gateway}", "selector: {app: gate}", (f"{GATEWAY}/k8s/gateway.yaml P03-service-selects-nothing",)),
    Fault("node-agent", "agent.yaml", "            limits: {memory: 128Mi}\n", "", ("agent.yaml P13-memory-limit",)),
    Fault("node-agent", "agent.yaml", "resources: [namespaces, pods]", 'resources: ["*"]', ("agent.yaml P14-wildcard-role",)),
    Fault("node-agent", "agent.yaml", "{name: config, mountPath", "{name: conf, mountPath", ("agent.yaml P12-volume-missing",)),
    Fault("openshift", "template.yaml", "targetPort: 8080", "targetPort: 8081", ("template.yaml P08-undeclared-service-port",), ("template.yaml P08-no-pre-stop",)),
    Fault("openshift", "template.yaml", "valueFrom:\n                    secretKeyRef:\n                      name: ${NAME}\n                      key: session-secret\n", "value: 7b9f1c60d2e84a3f\n", ("template.yaml P12-secret-in-manifest",)),
    Fault("openshift", "template.yaml", "path: /live", "path: /ready", ("template.yaml P08-liveness-dependency",)),
    Fault("operator", "config/webhook/service.yaml", "targetPort: webhook-server", "targetPort: webhook", ("config/webhook/service.yaml P08-service-port",), (f"{MANAGER} P08-no-pre-stop",)),
    Fault("operator", MANAGER, "runAsNonRoot: true", "runAsNonRoot: false", (f"{MANAGER} P14-refused-by-namespace", f"{MANAGER} P14-restricted")),
    Fault("operator", "config/rbac/role.yaml", "resources: [statefulsets]", 'resources: ["*"]', ("config/rbac/role.yaml P14-wildcard-role",)),
    Fault("operator", "config/webhook/webhook.yaml", "secretName: webhook-server-cert", "secretName: webhook-server-certs", (f"{MANAGER} P12-secret-missing",)),
    Fault("umbrella", "charts/api/templates/api.yaml", "targetPort: http", "targetPort: web", ("charts/api/templates/api.yaml P08-service-port",), ("charts/api/templates/api.yaml P08-no-pre-stop",)),
    Fault("umbrella", "values.yaml", "tag: 5.0.1", "tag: latest", ("values.yaml P07-latest-image",)),
    Fault("umbrella", "charts/api/templates/api.yaml", "maxUnavailable: 0", "maxUnavailable: 1", ("charts/api/templates/api.yaml P08-rollout-unavailable",)),
)  # fmt: skip
