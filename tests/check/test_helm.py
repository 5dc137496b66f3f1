"""Charts: rendered by helm where it is there, said to be unjudged where it is not; never a broken YAML file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scaffold.check.built.rendered import ChartFiles, RenderedDocument
from scaffold.check.report import CheckReport
from scaffold.check.rules import all_rules
from scaffold.check.run import check
from scaffold.syntax.source import Source
from scaffold.syntax.yaml_nodes import documents
from tests.check.helm import needs_helm, places
from tests.check.repositories import CORPUS, fuzzed
from tests.support.files import write_tree


def checked(folder: Path) -> CheckReport:
    return check([folder], list(all_rules().values()))


def test_without_helm_a_chart_is_said_to_be_unjudged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    report = checked(CORPUS / "chart")
    assert report.findings == []
    (note,) = report.notes
    assert note.path.endswith("chart/Chart.yaml")
    assert note.message == "is not checked: helm is not installed"


@pytest.fixture
def chart(tmp_path: Path, with_helm: None) -> Path:
    return Path(shutil.copytree(CORPUS / "chart", tmp_path / "chart"))


@needs_helm
def test_a_finding_is_shown_in_the_template(chart: Path) -> None:
    report = checked(chart)
    assert report.notes == []
    found = {each.rule.id: (Path(each.place.path).name, each.place.line) for each in report.findings}
    assert found["P13-memory-limit"] == ("deployment.yaml", 16)
    assert found["P08-probe-port"] == ("deployment.yaml", 29)
    assert "P07-latest-image" not in found


@needs_helm
def test_other_values_are_rendered_too(chart: Path) -> None:
    (chart / "values-dev.yaml").write_text("image: {tag: latest}\n")
    report = checked(chart)
    (latest,) = [each for each in report.findings if each.rule.id == "P07-latest-image"]
    assert places(report, chart, "P07-latest-image") == {("values-dev.yaml", 1, "latest")}
    assert [scope.rpartition("/")[2] for scope in latest.scopes] == ["chart with values-dev.yaml"]


@needs_helm
def test_a_chart_that_does_not_render(chart: Path) -> None:
    (chart / "templates" / "bad.yaml").write_text('{{ fail "no database" }}\n')
    report = checked(chart)
    assert report.findings == []
    assert "no database" in report.notes[0].message


SHOP = {
    "Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.1.0\nappVersion: '1.2'\n"
    "dependencies:\n- {name: mail, version: 0.1.0}\n",
    "values.yaml": """\
resources:
  requests: {memory: 2Gi}
  limits: {memory: 1Gi}
probes:
  readiness:
    httpGet: {path: /, port: https}
policy: Allow
mail:
  image: example.com/mail
variables:
  LOG_LEVEL: info
  API_TOKEN: t7-Kx9Qw
""",
    "templates/_helpers.tpl": """\
{{- define "sidecar" -}}
- name: sidecar
  image: example.com/sidecar
{{- end }}
""",
    "templates/shop.yaml": """\
{{- if true }}
apiVersion: batch/v1
kind: CronJob
metadata:
  name: {{ .Release.Name }}-report
spec:
  concurrencyPolicy: {{ .Values.policy }}
---
apiVersion: batch/v1
kind: CronJob
metadata:
  name: {{ .Release.Name }}-import
spec:
  {{- if .Values.never }}
  concurrencyPolicy: Forbid
  {{- else }}
  concurrencyPolicy: "Allow"  # a comment
  {{- end }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  labels: {name: not-this}
  name: {{ .Release.Name }}
spec:
  template:
    spec:
      containers:
      - name: {{ .Chart.Name }}
        image: "example.com/{{ .Chart.Name }}:{{ .Chart.AppVersion }}"
        ports:
        - name: http
          containerPort: 80
        env:
        {{- range $name, $value := .Values.variables }}
        - name: {{ $name }}
          value: {{ $value | quote }}
        {{- end }}
        readinessProbe:
          {{- toYaml .Values.probes.readiness | nindent 10 }}
        {{- with .Values.resources }}
        resources: {{ toYaml . | nindent 10 }}
        {{- end }}
      {{- include "sidecar" . | nindent 6 }}
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: proxy
data:
  nginx.conf: |
    server {
      location / { proxy_pass {{ "http://web" }}; }
      location /api { proxy_pass http://api; }
    }
{{- end }}
""",
    "charts/mail/Chart.yaml": "apiVersion: v2\nname: mail\nversion: 0.1.0\n",
    "charts/mail/values.yaml": "image: example.com/mail:1.0\nlimit: 1G\n",
    "charts/mail/templates/mail.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: mail}
spec:
  template:
    spec:
      containers:
        - name: mail
          image: {{ .Values.image }}
          args: [-Xmx2g]
          resources: {limits: {memory: {{ .Values.limit }}}}
""",
}
SHOWN = {
    "P09-cron-concurrency": {("values.yaml", 7, "Allow"), ("templates/shop.yaml", 17, "Allow")},
    "P13-request-above-limit": {("values.yaml", 2, "2Gi")},
    "P08-probe-port": {("values.yaml", 6, "https")},
    "P07-latest-image": {("values.yaml", 9, "example.com/mail"), ("templates/_helpers.tpl", 3, "example.com/sidecar")},
    "P12-secret-in-manifest": {("templates/shop.yaml", 37, "{{ $value | quote }}")},
    "P10-proxy-timeout": {
        ("templates/shop.yaml", 51, "nginx.conf"),
        ("templates/shop.yaml", 54, "http://api"),
    },
    "P13-heap-above-limit": {("charts/mail/templates/mail.yaml", 10, "-Xmx2g")},
}


@needs_helm
def test_each_is_shown_where_it_is_written(tmp_path: Path, with_helm: None) -> None:
    folder = write_tree(tmp_path / "shop", SHOP)
    report = checked(folder)
    assert report.notes == []
    assert {rule: places(report, folder, rule) for rule in SHOWN} == SHOWN
    (limit,) = next(each for each in report.findings if each.rule.id == "P13-heap-above-limit").also
    assert (limit.path.rpartition("/shop/")[2], limit.line) == ("charts/mail/values.yaml", 2)


RENDERED = """\
---
# Source: shop/templates/shop.yaml
apiVersion: apps/v1
kind: Deployment
metadata: {labels: {name: not-this}, name: shop}
spec:
  template:
    spec:
      containers:
      - {name: shop, image: "example.com/shop:1.2", ports: [{name: http, containerPort: 80}], env: [{name: A, value: b}]}
      - {name: sidecar, image: example.com/sidecar, resources: {requests: {memory: 2Gi}}, args: ["a\\nb"]}
"""


def test_a_place_is_told_in_templates_of_any_shape(tmp_path: Path) -> None:
    (document,) = documents(Source("<rendered>", RENDERED.encode()))[0]
    text = SHOP["templates/shop.yaml"].encode()
    write_tree(tmp_path, SHOP)
    files = {name: str(tmp_path / name) for name in SHOP}
    for seed in range(40):
        (tmp_path / "templates/shop.yaml").write_bytes(fuzzed(text, seed))
        (tmp_path / "values.yaml").write_bytes(fuzzed(SHOP["values.yaml"].encode(), seed))
        rendered = RenderedDocument(document.source, document.node, ChartFiles(files, ""))
        waiting = [rendered.root]
        while waiting:
            value = waiting.pop()
            waiting += [*value.fields().values(), *value.items()]
            for place in (value.place(), rendered.place_in_text(value, 2, 1, 1)):
                assert place.line >= 1
                assert place.column >= 1


@needs_helm
def test_a_release_may_be_in_any_namespace(chart: Path) -> None:
    """What names the release's namespace, and what names another one, may well be in the same."""
    map_, job = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: monitoring}\n---\n",
        "apiVersion: batch/v1\nkind: Job\n",
    )
    pod = "containers: [{name: a, envFrom: [{configMapRef: {name: a}}]}]"
    for namespace, count in (("{{ .Release.Namespace }}", 0), ("jobs", 1)):
        rest = f"metadata: {{name: a, namespace: {namespace}}}\nspec: {{template: {{spec: {{{pod}}}}}}}\n"
        (chart / "templates" / "job.yaml").write_text(map_ + job + rest)
        found = [each for each in checked(chart).findings if each.rule.id == "P12-missing-in-namespace"]
        assert len(found) == count


@needs_helm
def test_what_names_the_release_s_namespace_belongs_to_what_names_none(chart: Path) -> None:
    """An autoscaler keeps two pods, so a budget that keeps one blocks no drain."""
    labels, name = "{app: kept}", "metadata: {name: kept}"
    (chart / "templates" / "kept.yaml").write_text(
        f"apiVersion: apps/v1\nkind: Deployment\n{name}\nspec: {{replicas: 1, template: {{metadata: {{labels: {labels}}}}}}}\n"
        f"---\napiVersion: policy/v1\nkind: PodDisruptionBudget\n{name}\n"
        f"spec: {{minAvailable: 1, selector: {{matchLabels: {labels}}}}}\n"
        "---\napiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n"
        "metadata: {name: kept, namespace: '{{ .Release.Namespace }}'}\n"
        "spec: {minReplicas: 2, maxReplicas: 3, scaleTargetRef: {kind: Deployment, name: kept}}\n"
    )
    assert "P03-budget-blocks-drain" not in {each.rule.id for each in checked(chart).findings}
