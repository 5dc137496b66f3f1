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
    """In `file` of `golden`, replace each match of the regular expression `old` by `new`: then `rule` must find it there.

    `found_in` is where, when that is another file; `also` a second change (file, old, new); `without` what is taken out of
    the file as well; `second_name` the name of the second object. Production is the only overlay.
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


CONFIG = "deploy/base/kustomization.yaml"
POLICY = "deploy/base/network-policy.yaml"
AUTOSCALER = "deploy/base/horizontal-pod-autoscaler.yaml"
ENVOY = "deploy/base/breaker/envoy.yaml"
ENVOY_LIMITER = "deploy/base/limiter/envoy.yaml"
NGINX = "deploy/base/breaker/nginx.conf"
NGINX_LIMITER = "deploy/base/limiter/nginx.conf"
ISTIO = "deploy/base/breaker/istio.yaml"
GO, TYPESCRIPT, RUST = "everything-go", "everything-typescript", "everything-rust"


def _probe(name: str) -> str:
    """Return what finds a whole probe of the container that serves."""
    return rf"(?m)^          {name}:.*\n(?:            .*\n)*"


def _http(path: str) -> str:
    """Return what finds the httpGet of the container that serves, for a path of its admin port."""
    return rf"httpGet:\n              path: /{path}\n              port: admin\n"


NAMESPACE = """---
apiVersion: v1
kind: Namespace
metadata:
  name: webmail
  labels:
    pod-security.kubernetes.io/enforce: restricted
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
CLAIM = """---
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data
spec:
  accessModes: [ReadWriteOnce]
"""
APART = """---
apiVersion: v1
kind: ConfigMap
metadata: {name: theme, namespace: themes}
---
apiVersion: batch/v1
kind: Job
metadata: {name: paint, namespace: webmail}
spec:
  template:
    spec:
      containers: [{name: paint, image: "frontend:0.1.0", envFrom: [{configMapRef: {name: theme}}]}]
"""
SEALED = "---\napiVersion: bitnami.com/v1alpha1\nkind: SealedSecret\nmetadata:\n  name: mail-key\n"
SCALED = """---
apiVersion: keda.sh/v1alpha1
kind: ScaledObject
metadata:
  name: {name}
spec:
  scaleTargetRef:
    name: {name}
"""
BOUND = """---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata:
  name: frontend
roleRef: {{apiGroup: rbac.authorization.k8s.io, kind: {kind}, name: {name}}}
subjects:
  - {{kind: ServiceAccount, name: frontend}}
"""
ROLE = """---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: frontend
rules:
  - {rule}
"""
CLOSED = """---
apiVersion: v1
kind: Service
metadata: {name: NAME}
spec: {selector: {app: NAME}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: NAME}
spec:
  selector: {matchLabels: {app: NAME}}
  template: {metadata: {labels: {app: NAME}}, spec: {containers: [{name: serve, image: "NAME:1.0.0"}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: NAME}
spec: {podSelector: {matchLabels: {app: NAME}}, policyTypes: [Ingress]}
"""

MUTATIONS = (
    Mutation("P01-compiler-in-image", DOCKERFILE, r"(?m)^USER", "RUN apt-get install -y gcc\nUSER"),
    Mutation("P01-compiler-in-image", DOCKERFILE, r"(?m)^USER", "RUN apk add --no-cache build-base\nUSER"),
    Mutation("P01-build-base", DOCKERFILE, "RUNTIME_IMAGE=python:.*", "RUNTIME_IMAGE=python:3.13.7-trixie"),
    Mutation("P01-build-base", DOCKERFILE, r"FROM \$\{RUNTIME_IMAGE\}", "FROM golang:1.26.8-trixie", GO),
    Mutation(
        "P01-build-base",
        DOCKERFILE,
        "RUNTIME_IMAGE=eclipse-temurin:(.*)jre",
        r"RUNTIME_IMAGE=eclipse-temurin:\1jdk",
        "everything-java",
    ),
    Mutation("P01-copies-everything", DOCKERFILE, "COPY --from=build /app /app", "COPY . /app"),
    Mutation("P02-shell-form", DOCKERFILE, r"ENTRYPOINT .*", "ENTRYPOINT python -m app"),
    Mutation("P02-shell-form", DOCKERFILE, r"ENTRYPOINT .*\nCMD .*", "CMD python -m app serve"),
    Mutation("P02-no-init", DOCKERFILE, r'"dumb-init", "--", ', ""),
    Mutation(
        "P02-init-bypassed", DEPLOYMENT, r"          args: \[serve\]", "          command: [python, -m, app, serve]"
    ),
    Mutation(
        "P02-shell-wrapper", DEPLOYMENT, r"args: \[serve\]", 'command: [sh, -c, "cd /app && python -m app serve"]'
    ),
    Mutation(
        "P02-shell-wrapper",
        DEPLOYMENT,
        r"args: \[serve\]",
        'command: [sh, -c, "while true; do python -m app serve; sleep 1; done"]',
    ),
    Mutation(
        "P02-shell-wrapper-unsure",
        DEPLOYMENT,
        r"args: \[serve\]",
        'command: [bash, -c, "cd /app && python -m app serve"]',
    ),
    Mutation(
        "P02-shell-form-unsure",
        DOCKERFILE,
        r"ENTRYPOINT .*\nCMD .*",
        'SHELL ["/bin/bash", "-c"]\nCMD cd /app && python -m app serve',
    ),
    Mutation(
        "P03-naked-pod",
        SERVICE,
        r"\Z",
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: debug}\nspec: {containers: []}\n",
    ),
    Mutation(
        "P03-naked-pod-serves",
        SERVICE,
        r"\Z",
        "---\napiVersion: v1\nkind: Pod\nmetadata: {name: mail, labels: {app: mail}}\nspec: {containers: []}\n"
        "---\napiVersion: v1\nkind: Service\nmetadata: {name: mail}\nspec: {selector: {app: mail}, ports: [{port: 25}]}\n",
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
    ),
    Mutation("P03-no-budget", CONFIG, "  - pod-disruption-budget.yaml\n", "", found_in=DEPLOYMENT),
    Mutation("P03-overlapping-budgets", BUDGET, r"\A((?s:.*))\Z", r"\1---\n\1", second_name="frontend-2"),
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
    Mutation("P05-log-file", DEPLOYMENT, r"args: \[serve\]", "args: [serve, --log-file=/tmp/app.log]"),
    Mutation("P05-log-file-in-image", DOCKERFILE, r'CMD \["serve"\]', 'CMD ["serve", "--log-file", "/tmp/app.log"]'),
    Mutation("P05-log-volume", DEPLOYMENT, "mountPath: /tmp", "mountPath: /var/log/app"),
    Mutation("P05-proxy-log-file", NGINX_LIMITER, "access_log /dev/stdout", "access_log /tmp/access.log", TYPESCRIPT),
    Mutation("P06-writable-root", DEPLOYMENT, "readOnlyRootFilesystem: true.*", "readOnlyRootFilesystem: false"),
    Mutation("P06-writable-root", JOB, " +readOnlyRootFilesystem: true.*\n", ""),
    Mutation("P06-unbounded-volume", DEPLOYMENT, r"emptyDir:\n +sizeLimit: 64Mi", "emptyDir: {}"),
    Mutation("P06-volume-above-limit", DEPLOYMENT, "sizeLimit: 64Mi", "sizeLimit: 4Gi"),
    Mutation("P06-volume-above-limit", DEPLOYMENT, "sizeLimit: 64Mi", r"medium: Memory\n            sizeLimit: 256Mi"),
    Mutation("P07-latest-image", PRODUCTION, r'newTag: "0.1.0"', "newTag: latest"),
    Mutation("P07-latest-image", DEPLOYMENT, "envoyproxy/envoy:v1.40.0", "envoyproxy/envoy"),
    Mutation("P07-latest-base", DOCKERFILE, "RUNTIME_IMAGE=python:.*", "RUNTIME_IMAGE=python"),
    Mutation("P07-latest-base", DOCKERFILE, "BUILD_IMAGE=golang:.*", "BUILD_IMAGE=golang:latest", GO),
    Mutation("P07-image-differs", JOB, "envoyproxy/envoy:v1.40.0", "envoyproxy/envoy:v1.39.0"),
    Mutation("P07-pull-policy", DEPLOYMENT, "imagePullPolicy: IfNotPresent", "imagePullPolicy: Always"),
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
    Mutation("P08-grace-period", DEPLOYMENT, "seconds: 5  # P08: endpoints", "seconds: 30  # P08: endpoints"),
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
    Mutation("P09-job-deadline", JOB, "activeDeadlineSeconds: .*", ""),
    Mutation("P09-job-deadline", CRON_JOB, "activeDeadlineSeconds: .*", ""),
    Mutation("P09-job-backoff", JOB, "backoffLimit: .*", ""),
    Mutation("P09-job-clean-up", JOB, "ttlSecondsAfterFinished: .*", ""),
    Mutation("P09-cron-concurrency", CRON_JOB, "concurrencyPolicy: .*", "concurrencyPolicy: Allow"),
    Mutation("P09-cron-history", CRON_JOB, "failedJobsHistoryLimit: .*", ""),
    Mutation("P09-cron-starting-deadline", CRON_JOB, "startingDeadlineSeconds: .*", "startingDeadlineSeconds: 5"),
    Mutation(
        "P09-sidecar-keeps-job",
        JOB,
        r"initContainers:\n((?:        .*\n)+?)      containers:\n",
        r"containers:\n\1",
        without="          restartPolicy: Always.*\n",
    ),
    Mutation("P09-job-restart", JOB, "restartPolicy: Never.*", "restartPolicy: Always"),
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
    Mutation(
        "P12-secret-in-manifest",
        DEPLOYMENT,
        r"            - name: TMPDIR.*\n.*\n",
        "            - name: MAIL_PASSWORD\n              value: correct-horse\n",
    ),
    Mutation(
        "P12-secret-in-manifest",
        SERVICE,
        r"\Z",
        "---\napiVersion: v1\nkind: Secret\nmetadata: {name: mail}\nstringData: {user: shop, key: correct-horse}\n",
    ),
    Mutation(
        "P12-secret-in-manifest",
        SERVICE,
        r"\Z",
        "---\napiVersion: v1\nkind: Secret\nmetadata: {name: mail}\n"
        'stringData: {mail.properties: "host=mail\\\\nsmtpPassword=x7Kp\\\\n"}\n',
    ),
    Mutation(
        "P12-secret-in-manifest-guessed",
        DEPLOYMENT,
        r"            - name: TMPDIR.*\n.*\n",
        "            - name: MAIL_PASSWORD\n              value: changeme\n",
    ),
    Mutation("P12-secret-in-image", DOCKERFILE, "PYTHONDONTWRITEBYTECODE=1", "MAIL_TOKEN=abc123"),
    Mutation("P12-volume-missing", DEPLOYMENT, r"(volumeMounts:\n            - name: )\w+", r"\1other"),
    Mutation(
        "P12-secret-missing",
        DEPLOYMENT,
        r"            - name: TMPDIR.*\n.*\n",
        "            - name: KEY\n              valueFrom: {secretKeyRef: {name: mail-keys, key: key}}\n",
        also=(SERVICE, r"\Z", SEALED),
    ),
    Mutation("P12-missing-in-namespace", SERVICE, r"\Z", APART, also=(PRODUCTION, r"\nnamespace: .*\n", "\n")),
    Mutation("P12-variable-twice", DEPLOYMENT, r"(            - name: TMPDIR.*\n.*\n)", r"\1\1"),
    Mutation(
        "P12-config-missing",
        CONFIG,
        "name: frontend-config",
        "name: frontend-configuration",
        found_in=DEPLOYMENT,
    ),
    Mutation(
        "P12-config-not-rolled",
        CONFIG,
        r"\Z",
        "generatorOptions:\n  disableNameSuffixHash: true\n",
        found_in=DEPLOYMENT,
    ),
    Mutation("P13-memory-limit", DEPLOYMENT, r"memory: 256Mi", ""),
    Mutation(
        "P13-missing-request",
        JOB,
        r"            requests:\n(?:              .*\n)+            limits:\n              cpu: .*\n",
        "            limits:\n",
    ),
    Mutation("P13-request-above-limit", DEPLOYMENT, r"memory: 128Mi\n(.*P06: the sum)", r"memory: 512Mi\n\1"),
    Mutation("P13-heap-above-limit", DEPLOYMENT, "value: 921MiB", "value: 1GiB", GO),
    Mutation("P13-heap-above-limit", DOCKERFILE, r"(?m)^USER", "ENV JAVA_TOOL_OPTIONS=-Xmx1g\nUSER"),
    Mutation("P13-heap-above-limit", DEPLOYMENT, r"args: \[serve\]", "args: [-Xmx1g, serve]"),
    Mutation("P13-autoscaler-target", AUTOSCALER, "    name: everything-go", "    name: everything", GO),
    Mutation("P13-autoscaler-request", AUTOSCALER, "        name: cpu", "        name: nvidia.com/gpu", GO),
    Mutation("P13-autoscaler-fixed", AUTOSCALER, "maxReplicas: 12", "maxReplicas: 3", GO),
    Mutation(
        "P13-tiny-memory", DEPLOYMENT, r"(limits:\n(?:              .*\n)*?              memory:) \S+", r"\1 512m"
    ),
    Mutation("P13-two-autoscalers", AUTOSCALER, r"\Z", SCALED.format(name="everything-go"), GO),
    Mutation(
        "P02-shell-wrapper-in-image",
        DOCKERFILE,
        r"(?m)^ENTRYPOINT .*\n",
        'ENTRYPOINT ["/bin/sh", "-c", "prepare && serve"]\n',
    ),
    Mutation(
        "P14-refused-by-namespace", DEPLOYMENT, "type: RuntimeDefault", "type: ''", also=(SERVICE, r"\Z", NAMESPACE)
    ),
    Mutation("P14-privileged", DEPLOYMENT, "allowPrivilegeEscalation: false", "privileged: true"),
    Mutation("P14-privileged", JOB, "allowPrivilegeEscalation: false", "privileged: true"),
    Mutation("P14-host-namespace", DEPLOYMENT, r"(?m)^      enableServiceLinks: .*", "      hostNetwork: true"),
    Mutation("P14-host-namespace", DEPLOYMENT, r"(containerPort: 8080)", r"\1\n              hostPort: 8080"),
    Mutation("P14-host-path", DEPLOYMENT, r"emptyDir:\n +sizeLimit: 64Mi", "hostPath: {path: /tmp/frontend}"),
    Mutation("P14-capability", DEPLOYMENT, r"drop: \[ALL\]", "add: [SYS_ADMIN]"),
    Mutation("P14-unconfined", DEPLOYMENT, "type: RuntimeDefault", "type: Unconfined"),
    Mutation("P14-probe-host", DEPLOYMENT, "port: admin", r"port: admin\n              host: 127.0.0.1"),
    Mutation(
        "P14-node-agent",
        DEPLOYMENT,
        r"(?m)^      enableServiceLinks: .*",
        r"      priorityClassName: system-node-critical\n      hostPID: true",
    ),
    Mutation("P14-restricted", DEPLOYMENT, r" +allowPrivilegeEscalation: false.*\n", ""),
    Mutation("P14-restricted", DEPLOYMENT, r" +capabilities:\n +drop: \[ALL\].*\n", ""),
    Mutation("P14-restricted", CRON_JOB, r" +seccompProfile:\n +type: RuntimeDefault\n", ""),
    Mutation("P14-restricted", JOB, "runAsNonRoot: true", "runAsNonRoot: false"),
    Mutation("P14-volume-type", DEPLOYMENT, r"emptyDir:\n +sizeLimit: 64Mi", "nfs: {server: 10.0.0.1, path: /}"),
    Mutation("P14-user-refused", DEPLOYMENT, "runAsUser: 10001", "runAsUser: 0"),
    Mutation(
        "P14-user-refused",
        DEPLOYMENT,
        r" +runAsUser: 10001\n",
        "",
        found_in=DOCKERFILE,
        also=(DOCKERFILE, "USER 10001:10001", "USER app"),
    ),
    Mutation(
        "P14-image-runs-as-root",
        DOCKERFILE,
        "USER 10001:10001",
        "USER root",
        also=(DEPLOYMENT, r" +runAs(User|NonRoot): .*\n", ""),
    ),
    Mutation(
        "P14-unused-token",
        "deploy/base/service-account.yaml",
        r"automountServiceAccountToken: .*\n",
        "",
        found_in=DEPLOYMENT,
        also=(DEPLOYMENT, r" +automountServiceAccountToken: .*\n", ""),
    ),
    Mutation(
        "P14-wildcard-role",
        SERVICE,
        r"\Z",
        ROLE.format(rule='{apiGroups: [""], resources: ["*"], verbs: [get]}')
        + BOUND.format(kind="Role", name="frontend"),
    ),
    Mutation("P14-wildcard-role", SERVICE, r"\Z", BOUND.format(kind="ClusterRole", name="cluster-admin")),
    Mutation(
        "P14-powerful-role",
        SERVICE,
        r"\Z",
        ROLE.format(rule='{apiGroups: [""], resources: [pods/exec], verbs: [create]}')
        + BOUND.format(kind="Role", name="frontend"),
    ),
    Mutation(
        "P15-no-policy",
        POLICY,
        "      app.kubernetes.io/name: frontend\n  policyTypes: .Ingress, Egress.",
        "      app.kubernetes.io/name: frontend\n      app.kubernetes.io/component: serve\n"
        "  policyTypes: [Ingress, Egress]",
        found_in=JOB,
    ),
    Mutation("P03-policy-selects-nothing", POLICY, "component: serve", "component: server"),
    Mutation("P15-open-policy", POLICY, r"ingress:\n", r"ingress:\n    - {}\n"),
    Mutation("P15-open-policy", POLICY, r"egress:\n", r"egress:\n    - to: [{ipBlock: {cidr: 0.0.0.0/0}}]\n"),
    Mutation("P03-policy-port", POLICY, "- port: 8080", "- port: 80"),
    Mutation("P03-policy-closes-dns", POLICY, r"    - to:  # the cluster's DNS\n(?:      .*\n)+?(?=    - )", ""),
    Mutation("P15-admin-port-open", POLICY, r"(- port: 8080)", r"\1\n        - port: 8081"),
    Mutation(
        "P15-admin-port-exposed",
        SERVICE,
        "targetPort: http",
        "targetPort: http\n    - name: admin\n      port: 81\n      targetPort: admin\n  type: LoadBalancer",
    ),
    Mutation(
        "P15-unreachable",
        SERVICE,
        r"\Z",
        CLOSED.replace("NAME", "mail"),
        "frontend-rust",
        found_in="deploy/base/config.env",
    ),
)
