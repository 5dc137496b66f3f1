"""What a pod may do, and who may reach it (P14, P15)."""

from __future__ import annotations

from tests.check.mutations.mutation import (
    CRON_JOB,
    DEPLOYMENT,
    DOCKERFILE,
    JOB,
    POLICY,
    SERVICE,
    Mutation,
)

NAMESPACE = """---
apiVersion: v1
kind: Namespace
metadata:
  name: webmail
  labels:
    pod-security.kubernetes.io/enforce: restricted
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

SECURITY = (
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
    Mutation("P15-open-policy", POLICY, r"ingress:\n", r"ingress:\n    - {}\n"),
    Mutation("P15-open-policy", POLICY, r"egress:.*\n", r"egress:\n    - to: [{ipBlock: {cidr: 0.0.0.0/0}}]\n"),
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
