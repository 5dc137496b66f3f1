"""A chart beside overlays, as a service has it: both are one truth, and a finding is where somebody wrote the value."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scaffold.check.report import CheckReport
from scaffold.check.rules import all_rules
from scaffold.check.run import check
from tests.check.helm import needs_helm, path_with_helm, places
from tests.support.charts import lay_out
from tests.support.files import write_tree
from workshop import judges

pytestmark = needs_helm


@pytest.fixture(autouse=True)
def tools(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have helm, and a kubectl that builds overlays."""
    monkeypatch.setenv("PATH", f"{path_with_helm(tmp_path)}{os.pathsep}{judges.environment() / 'bin'}")


def checked(folder: Path) -> CheckReport:
    return check([folder], list(all_rules().values()))


def change(file: Path, before: str, after: str) -> None:
    text = file.read_text()
    assert before in text
    file.write_text(text.replace(before, after))


SECRET = "t7-Kx9QwZ81hsPq"


def test_a_chart_and_its_overlays_are_one_truth(tmp_path: Path) -> None:
    """Two budgets and two autoscalers of one Deployment would be findings, if both were deployed together."""
    report = checked(lay_out(tmp_path).example)
    assert report.findings == []
    assert report.notes == []


def test_a_finding_is_where_the_value_is_written(tmp_path: Path) -> None:
    service = lay_out(tmp_path)
    chart = service.chart
    change(chart / "templates/service.yaml", "targetPort: http\n", "targetPort: web\n")
    change(chart / "templates/pod-disruption-budget.yaml", "maxUnavailable: 1", "minAvailable: 2")
    change(chart / "values.yaml", 'cpu: "50m"', 'cpu: "3"')
    change(chart / "values.yaml", "config: {}", f"config:\n  DB_PASSWORD: {SECRET}")
    change(chart / "values-dev.yaml", 'tag: "0.1.0"', "tag: latest")
    change(chart / "config.env", "LOG_LEVEL=info", f"LOG_LEVEL=info\nAPI_TOKEN={SECRET}")
    report = checked(service.example)
    found = {
        rule: {(path.removeprefix("deploy/chart/"), text) for path, _, text in places(report, service.example, rule)}
        for rule in {each.rule.id for each in report.findings}
    }
    assert found == {
        "P08-service-port": {("templates/service.yaml", "web")},
        "P03-budget-blocks-drain": {("templates/pod-disruption-budget.yaml", "2")},
        "P13-request-above-limit": {("values.yaml", '"3"')},
        "P12-secret-in-manifest": {("values.yaml", SECRET), ("config.env", SECRET)},
        "P07-latest-image": {("values-dev.yaml", "latest")},
        "P07-pull-policy": {("templates/deployment.yaml", "IfNotPresent")},
    }


WEB = {
    "Chart.yaml": "apiVersion: v2\nname: web\nversion: 0.1.0\n",
    "values.yaml": "variables: {A: b}\n",
    "values-dev.yaml": "variables: {C: d}\n",
    "config.env": f"# A comment\nAPI_TOKEN = '{SECRET}'\n",
    "files/nginx.conf": "server {\n  location / { proxy_pass http://api; }\n}\n",
    "files/other/nginx.conf": "server {\n}\n",
    "templates/config.yaml": """\
apiVersion: v1
kind: ConfigMap
metadata: {name: web}
data:
  {{- range $line := .Files.Lines "config.env" }}
  {{- if contains "=" $line }}
  {{- $pair := regexSplit " = " $line 2 }}
  {{ index $pair 0 }}: {{ index $pair 1 }}
  {{- end }}
  {{- end }}
  {{- (.Files.Glob "files/nginx.conf").AsConfig | nindent 2 }}
""",
}


def test_what_a_template_puts_in_is_shown_in_its_file(tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "web", WEB)
    report = checked(folder)
    assert places(report, folder, "P12-secret-in-manifest") == {("config.env", 2, f"'{SECRET}'")}
    assert places(report, folder, "P10-proxy-timeout") == {("files/nginx.conf", 2, "http://api")}


def test_a_map_in_two_files_of_values_is_one(tmp_path: Path) -> None:
    template = (
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: web}\ndata: {{ toYaml .Values.variables | nindent 2 }}\n"
    )
    given = {"values.yaml": f"variables:\n  API_TOKEN: {SECRET}\n", "templates/config.yaml": template}
    folder = write_tree(tmp_path / "web", {**WEB, **given})
    assert places(checked(folder), folder, "P12-secret-in-manifest") == {("values.yaml", 2, SECRET)}
