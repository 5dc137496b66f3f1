"""What each part of a kustomization changes is shown where it is written: not in the base, and not in the build."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffold.check.findings import Finding
from scaffold.check.read import read_repository
from scaffold.check.rules import all_rules
from scaffold.check.run import check
from scaffold.git.walk import shown
from tests.support.files import write_tree

WEB = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 1
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: example.com/web:1.0.0
          ports:
            - {name: http, containerPort: 8080}
          env:
            - {name: API_TOKEN, value: $(TOKEN)}
          resources:
            requests: {memory: 64Mi}
            limits: {memory: 128Mi}
"""
BASE = {
    "base/kustomization.yaml": "resources: [web.yaml, others.yaml]\n",
    "base/web.yaml": WEB,
    "base/others.yaml": """\
apiVersion: v1
kind: Service
metadata:
  name: web
spec:
  selector: {app: web}
  ports: [{name: http, port: 80, targetPort: http}]
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: web
spec:
  maxUnavailable: 1
  selector:
    matchLabels: {app: web}
---
apiVersion: batch/v1
kind: CronJob
metadata:
  name: web
spec:
  concurrencyPolicy: Forbid
---
apiVersion: batch/v1
kind: CronJob
metadata:
  name: web-report
spec:
  concurrencyPolicy: Allow
""",
    "overlay/autoscaler.yaml": """\
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 2
  maxReplicas: 4
""",
}
COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"


def found(folder: Path, rule: str) -> list[Finding]:
    report = check([folder], [all_rules()[rule]])
    assert report.notes == []
    return list(report.findings)


def places(folder: Path, rule: str) -> set[tuple[str, str]]:
    """Return path and marked text of each finding."""
    prefix = f"{shown(str(folder))}/"
    told = set()
    for each in found(folder, rule):
        path = each.place.path.removeprefix(prefix)
        line = (folder / path).read_text().splitlines()[each.place.line - 1]
        told.add((path, line[each.place.column - 1 : each.place.end_column - 1]))
    return told


OVERLAY = "overlay/kustomization.yaml"
CHANGES = {
    "images, tag": ("images:\n- {name: example.com/web, newTag: latest}\n", {}, "P07-latest-image", OVERLAY, "latest"),
    "images, another name": (
        "images:\n- {name: example.com/web, newName: other.example.com/app, newTag: latest}\n",
        {}, "P07-latest-image", OVERLAY, "latest",
    ),
    "replicas": (
        "resources: [autoscaler.yaml]\nreplicas:\n- {name: web, count: 3}\n",
        {}, "P08-replicas-reset", OVERLAY, "3",
    ),
    "patch by name": (
        "namePrefix: a-\npatches:\n- path: patch.yaml\n",
        {"overlay/patch.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  strategy: {type: Recreate}\n"},
        "P08-rollout-unavailable", "overlay/patch.yaml", "Recreate",
    ),
    "patch with a target": (
        "patches:\n- path: patch.yaml\n  target: {kind: Deployment, name: w.*}\n",
        {"overlay/patch.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: any}\nspec:\n  strategy: {type: Recreate}\n"},
        "P08-rollout-unavailable", "overlay/patch.yaml", "Recreate",
    ),
    "patchesStrategicMerge": (
        ("patchesStrategicMerge:\n- |-\n  apiVersion: apps/v1\n  kind: Deployment\n  metadata: {name: web}\n"
        "  spec: {strategy: {type: Recreate}}\n"),
        {}, "P08-rollout-unavailable", OVERLAY, "Recreate",
    ),
    "operation on a value": (
        "patches:\n- target: {kind: PodDisruptionBudget}\n  path: patch.json\n",
        {"overlay/patch.json": '[{"op": "replace", "path": "/spec/maxUnavailable", "value": 0}]'},
        "P03-budget-blocks-drain", "overlay/patch.json", "0",
    ),
    "operation that adds more": (
        ("patches:\n- target: {kind: Service, name: web}\n  patch: |-\n    - op: add\n      path: /spec/ports/-\n"
        "      value: {name: tls, port: 443, targetPort: https}\n"),
        {}, "P08-service-port", OVERLAY, "https",
    ),
    "operation of another object": (
        ("patches:\n- target: {kind: CronJob, name: web}\n  patch: |-\n"
        "    - {op: replace, path: /spec/concurrencyPolicy, value: Allow}\n"),
        {}, "P09-cron-concurrency", OVERLAY, "Allow",
    ),
    "replacements": (
        ("configMapGenerator:\n- {name: own, literals: [token=t7-Kx9Qw]}\nreplacements:\n- source: {kind: ConfigMap, fieldPath: data.token}\n"
        "  targets:\n  - select: {kind: Deployment}\n    fieldPaths: ['spec.template.spec.containers.[name=web].env.0.value']\n"),
        {}, "P12-secret-in-manifest", OVERLAY, "'spec.template.spec.containers.[name=web].env.0.value'",
    ),
    "replacements in a file": (
        "configMapGenerator:\n- {name: own, literals: [token=t7-Kx9Qw]}\nreplacements: [{path: replace.yaml}]\n",
        {"overlay/replace.yaml": "- source: {kind: ConfigMap, fieldPath: data.token}\n  targets:\n  - select: {kind: Deployment, name: web}\n"
         "    fieldPaths:\n    - spec.template.spec.containers.*.env.[name=API_TOKEN].value\n"},
        "P12-secret-in-manifest", "overlay/replace.yaml", "spec.template.spec.containers.*.env.[name=API_TOKEN].value",
    ),
    "component": (
        "components: [../component]\n",
        {"component/kustomization.yaml": COMPONENT + "patches:\n- {path: sidecar.yaml, target: {kind: Deployment}}\n",
         "component/sidecar.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: any}\nspec:\n  template:\n    spec:\n"
         "      containers:\n      - name: exporter\n        image: prom/statsd-exporter:latest\n"},
        "P07-latest-image", "component/sidecar.yaml", "prom/statsd-exporter:latest",
    ),
    "generator": (
        "configMapGenerator:\n- name: proxy\n  files: [default.conf=files/nginx.conf]\n",
        {"overlay/files/nginx.conf": "server {\n  location / { proxy_pass http://web; }\n}\n"},
        "P10-proxy-timeout", "overlay/files/nginx.conf", "http://web",
    ),
    "environment file": (
        "secretGenerator:\n- name: own\n  envs: [own.env]\n",
        {"overlay/own.env": "# for tests\nUSER=shop\n  PASSWORD=correct-horse\n"},
        "P12-secret-in-manifest", "overlay/own.env", "correct-horse",
    ),
    "environment file, as it was written before": (
        "configMapGenerator:\n- name: own\n  env: own.env\n",
        {"overlay/own.env": "USER=shop\nPASSWORD=correct-horse\n"},
        "P12-secret-in-manifest", "overlay/own.env", "correct-horse",
    ),
    "environment file that is hidden": (
        "secretGenerator:\n- name: own\n  envs: [.env]\n",
        {"overlay/.env": "PASSWORD=correct-horse\n"},
        "P12-secret-in-manifest", OVERLAY, ".env",
    ),
    "second mount of a volume": (
        "namePrefix: a-\nresources: [logs.yaml]\n",
        {"overlay/logs.yaml": WEB.replace("name: web\n", "name: logs\n", 1).replace(
            "          env:", "          volumeMounts:\n            - {name: data, mountPath: /data, subPath: data}\n"
            "            - {name: data, mountPath: /var/log/web, subPath: logs}\n          env:")},
        "P05-log-volume", "overlay/logs.yaml", "/var/log/web",
    ),
    "variable that is there twice": (
        "resources: [twice.yaml]\n",
        {"overlay/twice.yaml": WEB.replace("name: web\n", "name: twice\n", 1).replace(
            "          resources:", "            - {name: API_TOKEN, value: t7-Kx9Qw}\n          resources:")},
        "P12-secret-in-manifest", "overlay/twice.yaml", "t7-Kx9Qw",
    ),
}  # fmt: skip


@pytest.mark.parametrize("change", CHANGES)
def test_where_a_change_is_written(change: str, tmp_path: Path) -> None:
    text, files, rule, path, marked = CHANGES[change]
    own = "" if "resources: [" in text else "resources: []\n"
    write_tree(tmp_path, {**BASE, **files, OVERLAY: (own + text).replace("resources: [", "resources: [../base, ")})
    assert (path, marked) in places(tmp_path, rule)


def test_a_file_of_two_overlays_is_reported_once(tmp_path: Path) -> None:
    base = BASE["base/kustomization.yaml"] + "secretGenerator: [{name: own, envs: [own.env]}]\n"
    files = {"base/own.env": "PASSWORD=correct-horse\n", "base/kustomization.yaml": base}
    overlays = dict.fromkeys((OVERLAY, "other/kustomization.yaml"), "resources: [../base]\n")
    write_tree(tmp_path, {**BASE, **files, **overlays})
    (secret,) = found(tmp_path, "P12-secret-in-manifest")
    assert (secret.place.path.rpartition("/")[2], secret.place.line, secret.place.column) == ("own.env", 1, 10)
    assert len(secret.scopes) == 2


@pytest.mark.parametrize(
    ("text", "keys", "path", "line"),
    [
        ("namespace: shop\n", ("metadata", "namespace"), OVERLAY, 2),
        ("namePrefix: a-\nnameSuffix: -z\n", ("metadata", "name"), "base/web.yaml", 4),
        ("labels:\n- pairs: {tier: front}\n", ("metadata", "labels", "tier"), OVERLAY, 3),
        (
            "labels:\n- pairs:\n    tier: front\n  includeTemplates: true\n",
            ("spec", "template", "metadata", "labels", "tier"), OVERLAY, 4,
        ),
        ("commonLabels: {tier: front}\n", ("spec", "selector", "matchLabels", "tier"), OVERLAY, 2),
        ("commonLabels: {tier: front}\n", ("spec", "selector", "matchLabels", "app"), "base/web.yaml", 8),
        ("commonAnnotations:\n  team: shop\n", ("metadata", "annotations", "team"), OVERLAY, 3),
        ("replicas: [{name: web, count: 5}]\n", ("spec", "replicas"), OVERLAY, 2),
    ],
)  # fmt: skip
def test_where_a_value_is_written(text: str, keys: tuple[str, ...], path: str, line: int, tmp_path: Path) -> None:
    write_tree(tmp_path, {**BASE, OVERLAY: f"resources: [../base]\n{text}"})
    scope = read_repository([tmp_path]).scopes[-1]
    deployment = next(each for each in scope.objects if each.kind == "Deployment")
    value = deployment.value.get(*keys)
    assert value
    place = value.place()
    assert (place.path.removeprefix(f"{shown(str(tmp_path))}/"), place.line) == (path, line)


@pytest.mark.parametrize("prefix", ["", "a-"])
def test_of_two_objects_whose_names_begin_alike_each_is_found(prefix: str, tmp_path: Path) -> None:
    write_tree(tmp_path, {**BASE, OVERLAY: f"resources: [../base]\nnamePrefix: '{prefix}'\n"})
    (policy,) = found(tmp_path, "P09-cron-concurrency")
    assert policy.place.object == f"CronJob/{prefix}web-report"
    assert places(tmp_path, "P09-cron-concurrency") == {("base/others.yaml", "Allow")}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("bases: 5\n", "invalid Kustomization: "),
        ("configMapGenerator: [{name: a, files: [ca.crt]}]\n", "loading KV pairs: file sources: [ca.crt]: "),
    ],
)
def test_a_build_that_fails_says_the_innermost_reason(text: str, reason: str, tmp_path: Path) -> None:
    write_tree(tmp_path, {**BASE, OVERLAY: f"resources: [../base]\n{text}"})
    (note,) = check([tmp_path], []).notes
    assert note.message.startswith(f"can't be built: {reason}")
    assert note.path.endswith(OVERLAY)
    for noise in ("command failed", "run.go", "scaffold-"):
        assert noise not in note.message
