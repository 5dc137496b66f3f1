"""Where logs go, what may be written, and where settings and secrets come from (P05, P06, P12)."""

from __future__ import annotations

from tests.check.mutations.mutation import (
    CONFIG,
    CONFIG_ENV,
    DEPLOYMENT,
    DOCKERFILE,
    JOB,
    NGINX_LIMITER,
    PRODUCTION,
    SERVICE,
    TYPESCRIPT,
    Mutation,
)

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

FILES = (
    Mutation("P05-log-file", DEPLOYMENT, r"args: \[serve\]", "args: [serve, --log-file=/tmp/app.log]"),
    Mutation("P05-log-file-in-image", DOCKERFILE, r'CMD \["serve"\]', 'CMD ["serve", "--log-file", "/tmp/app.log"]'),
    Mutation("P05-log-volume", DEPLOYMENT, "mountPath: /tmp", "mountPath: /var/log/app"),
    Mutation("P05-proxy-log-file", NGINX_LIMITER, "access_log /dev/stdout", "access_log /tmp/access.log", TYPESCRIPT),
    Mutation("P06-writable-root", DEPLOYMENT, "readOnlyRootFilesystem: true.*", "readOnlyRootFilesystem: false"),
    Mutation("P06-writable-root", JOB, " +readOnlyRootFilesystem: true.*\n", ""),
    Mutation("P06-unbounded-volume", DEPLOYMENT, r"emptyDir:\n +sizeLimit: 64Mi", "emptyDir: {}"),
    Mutation("P06-volume-above-limit", DEPLOYMENT, "sizeLimit: 64Mi", "sizeLimit: 4Gi"),
    Mutation("P06-volume-above-limit", DEPLOYMENT, "sizeLimit: 64Mi", r"medium: Memory\n            sizeLimit: 256Mi"),
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
        'stringData: {mail.properties: "host=mail\\\\nsmtpPassword=x7Kp-22q\\\\n"}\n',
    ),
    Mutation(
        "P12-secret-in-manifest-guessed",
        DEPLOYMENT,
        r"            - name: TMPDIR.*\n.*\n",
        "            - name: MAIL_PASSWORD\n              value: changeme\n",
    ),
    Mutation(
        "P12-secret-in-manifest-guessed",
        SERVICE,
        r"\Z",
        "---\napiVersion: v1\nkind: Secret\nmetadata: {name: mail}\nstringData: {key: this-is-a-Secr3t-of-an-example}\n",
    ),
    Mutation("P12-secret-in-image", DOCKERFILE, "PYTHONDONTWRITEBYTECODE=1", "MAIL_TOKEN=x7Kp-22q"),
    Mutation("P12-secret-in-image-guessed", DOCKERFILE, "PYTHONDONTWRITEBYTECODE=1", "MAIL_PASSWORD=rootpassword"),
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
    Mutation("P12-other-environment", CONFIG_ENV, r"\Z", "ORDERS_URL=http://orders.webmail.svc\n", all_overlays=True),
    Mutation(
        "P12-config-not-rolled",
        CONFIG,
        r"\Z",
        "generatorOptions:\n  disableNameSuffixHash: true\n",
        found_in=DEPLOYMENT,
    ),
)
