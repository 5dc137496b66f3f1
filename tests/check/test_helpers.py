"""Charts that write a thing once and use it often: a helper, a value, a dependency with an alias."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffold.check.findings import Finding
from scaffold.check.rules import all_rules
from scaffold.check.run import check
from tests.check.helm import needs_helm, places
from tests.support.files import write_tree

pytestmark = [needs_helm, pytest.mark.usefixtures("with_helm")]

CHART = "apiVersion: v2\nname: shop\nversion: 0.1.0\n"
WORKLOAD = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: NAME
spec:
  template:
    spec:
      containers:
        - name: NAME
          image: {{ include "shop.image" . }}
          securityContext:
            {{- include "shop.security" . | nindent 12 }}
        - name: NAME-exporter
          image: exporter:1.0.0
          securityContext: {{- include "shop.security" . | nindent 12 }}
"""
HELPERS = """\
{{/* Helpers */}}
{{- define "shop.image" -}}
{{ .Values.image.name }}:{{ .Values.image.tag }}
{{- end }}
{{- define "shop.security" -}}
{{- if .Values.paused }}
# a comment
{{- end }}
runAsNonRoot: true
{{ include "shop.rights" . }}
{{- end -}}
{{- define "shop.rights" -}}
{{- if true }}
privileged: true
{{- end }}
{{- end -}}
"""
SHOP = {
    "Chart.yaml": CHART,
    "values.yaml": "image:\n  name: example.com/shop\n  tag: latest\n",
    "templates/_helpers.tpl": HELPERS,
    "templates/web.yaml": WORKLOAD.replace("NAME", "web"),
    "templates/worker.yaml": WORKLOAD.replace("NAME", "worker"),
}


def found(folder: Path, rule: str) -> list[Finding]:
    report = check([folder], [all_rules()[rule]])
    assert report.notes == []
    return list(report.findings)


def marked(folder: Path, rule: str) -> set[tuple[str, int, str]]:
    return places(check([folder], [all_rules()[rule]]), folder, rule)


def test_what_a_helper_writes_is_reported_once_and_there(tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "shop", SHOP)
    (privileged,) = found(folder, "P14-privileged")
    assert marked(folder, "P14-privileged") == {("templates/_helpers.tpl", 14, "true")}
    assert privileged.message == (
        "web has all rights of root on its node; the same lines are in web-exporter, Deployment/worker"
    )


def test_what_a_helper_puts_together_is_shown_among_the_values(tmp_path: Path) -> None:
    folder = write_tree(tmp_path / "shop", SHOP)
    (latest,) = found(folder, "P07-latest-image")
    assert marked(folder, "P07-latest-image") == {("values.yaml", 3, "latest")}
    assert latest.message.endswith("; the same lines are in Deployment/worker")


def test_a_value_that_only_says_the_same_is_not_where_it_is_write_tree(tmp_path: Path) -> None:
    """`true` stands in many places of the values."""
    web = WORKLOAD.replace("NAME", "web").replace("  template:", "  paused: {{ .Values.paused }}\n  template:")
    values = SHOP["values.yaml"] + "paused: true\n"
    folder = write_tree(tmp_path / "shop", {**SHOP, "templates/web.yaml": web, "values.yaml": values})
    assert marked(folder, "P14-privileged") == {("templates/_helpers.tpl", 14, "true")}


def test_what_all_get_from_one_value_is_reported_once(tmp_path: Path) -> None:
    helpers = HELPERS.replace("privileged: true", "{{ toYaml .Values.security }}")
    values = SHOP["values.yaml"] + "security:\n  privileged: true\n"
    folder = write_tree(tmp_path / "shop", {**SHOP, "templates/_helpers.tpl": helpers, "values.yaml": values})
    assert len(found(folder, "P14-privileged")) == 1
    assert marked(folder, "P14-privileged") == {("values.yaml", 5, "true")}


def test_two_problems_of_one_line_stay_two(tmp_path: Path) -> None:
    """Only names may differ: each of these says something else."""
    pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: NAME}\nspec:\n  containers:\n"
    item = "    - {name: NAME, image: a:1, resources: &all {requests: {memory: 2Gi}, limits: {memory: 1Gi}}}\n"
    text = (
        pod.replace("NAME", "one")
        + item.replace("NAME", "one")
        + item.replace("NAME", "two").replace("&all {requests: {memory: 2Gi}, limits: {memory: 1Gi}}", "*all")
    )
    folder = write_tree(tmp_path, {"pod.yaml": text})
    (above,) = found(folder, "P13-request-above-limit")
    assert above.message.endswith("; the same lines are in two")


def test_a_mount_is_told_from_another_of_its_volume(tmp_path: Path) -> None:
    mounts = """\
          volumeMounts:
            - name: data
              mountPath: {{ .Values.image.name }}
            - name: data
              mountPath: /var/log/web
"""
    folder = write_tree(tmp_path / "shop", {**SHOP, "templates/web.yaml": WORKLOAD.replace("NAME", "web") + mounts})
    assert marked(folder, "P05-log-volume") == {("templates/web.yaml", 20, "/var/log/web")}


@pytest.mark.parametrize("home", ["charts/mail-1.0.0", "../mail"])
def test_a_dependency_with_an_alias_is_shown_in_its_own_files(home: str, tmp_path: Path) -> None:
    address = ", repository: 'file://../mail'" if home.startswith("..") else ""
    dependency = f"dependencies:\n  - {{name: mail, alias: post, version: 1.0.0{address}}}\n"
    mail = {
        f"shop/{home}/Chart.yaml": "apiVersion: v2\nname: mail\nversion: 1.0.0\n",
        f"shop/{home}/values.yaml": "tag: 1.0.0\nlevel: info\n",
        f"shop/{home}/templates/mail.yaml": WORKLOAD.replace("NAME", "mail")
        .replace('{{ include "shop.image" . }}', "mail:{{ .Values.tag }}")
        .replace('{{- include "shop.security" . | nindent 12 }}', "{privileged: true}"),
    }
    values = SHOP["values.yaml"] + "post:\n  tag: latest\n"
    own = {**SHOP, "Chart.yaml": CHART + dependency, "values.yaml": values}
    folder = write_tree(tmp_path, {**{f"shop/{name}": text for name, text in own.items()}, **mail})
    latest = marked(folder, "P07-latest-image")
    assert ("shop/values.yaml", 5, "latest") in latest
    assert not {path for path, _, _ in latest if path.endswith("Chart.yaml")}
    where = "mail" if home == "../mail" else f"shop/{home}"
    assert (f"{where}/templates/mail.yaml", 15, "true") in marked(folder, "P14-privileged")
