"""What counts as a file to judge, and what is said of the rest."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from scaffold.check.report import CheckReport
from scaffold.check.rules import all_rules
from scaffold.check.run import check
from tests.check.repositories import POD
from tests.support.files import write_tree


def found(folder: Path, *exclude: str) -> CheckReport:
    return check([folder], [all_rules()["P03-naked-pod"]], exclude=exclude)


def paths(report: CheckReport, folder: Path) -> list[str]:
    from scaffold.git.walk import shown

    prefix = f"{shown(str(folder))}/"
    return [each.place.path.removeprefix(prefix) for each in report.findings]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.yaml", POD),
        ("a.yml", POD.replace("\n", "\r\n")),
        ("a.json", '{"kind": "Pod", "apiVersion": "v1", "metadata": {"name": "web"}}'),
        ("b.json", '{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"}}'),
        ("flow.yaml", "{apiVersion: v1, metadata: {name: web}, kind: Pod}"),
        ("bom.yaml", "\ufeff" + POD),
        ("list.yaml", "apiVersion: v1\nkind: List\nitems:\n- " + POD.replace("\n", "\n  ").strip()),
        ("directive.yaml", "%YAML 1.1\n---\n" + POD),
        ("merge.yaml", "x: &x {kind: Pod}\napiVersion: v1\n<<: *x\n"),
    ],
)
def test_manifests(name: str, text: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text)
    report = found(tmp_path)
    assert (paths(report, tmp_path), report.notes) == ([name], [])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("openapi.yaml", "openapi: 3.1.0\ninfo: {kind: Pod}\n"),
        ("compose.yaml", "services: {web: {image: nginx}}\n"),
        ("workflow.yaml", "on: push\njobs: {}\n"),
        (".hidden/pod.yaml", POD),
        ("node_modules/a/pod.yaml", POD),
        ("vendor/pod.yaml", POD),
        ("pkg/testdata/pod.yaml", POD),
        ("reconcile/test/fixtures/pod.yaml", POD),
        ("tests/data/tls/pod.yaml", POD),
        ("tests/e2e/install/01-assert.yaml", POD),
        ("tests/e2e-openshift/install-minio-assert.yaml", POD),
        ("test/04-errors.yaml", POD),
        ("tests/e2e/assert-install.yaml", POD),
        ("test/kustomize/rollout/expected.yaml", POD),
        ("tests/chart/web.expected.yml", POD),
        ("core/src/test/resources/pod.yaml", POD),
        ("src/integrationTest/resources/deep/pod.yaml", POD),
        ("tests/unit/test-data/pod.yaml", POD),
        ("tests/unit/__fixtures__/deep/pod.yaml", POD),
        ("notes.txt", POD),
    ],
)
def test_what_is_no_manifest_is_passed_by(name: str, text: str, tmp_path: Path) -> None:
    report = found(write_tree(tmp_path, {name: text}))
    assert (report.findings, report.notes) == ([], [])


def test_fixtures_count_where_no_test_is_around_or_they_are_named(tmp_path: Path) -> None:
    write_tree(tmp_path, dict.fromkeys(("fixtures/pod.yaml", "tests/fixtures/pod.yaml", "tests/pod.yaml"), POD))
    assert paths(found(tmp_path), tmp_path) == ["fixtures/pod.yaml", "tests/pod.yaml"]
    assert paths(found(tmp_path / "tests" / "fixtures"), tmp_path) == ["tests/fixtures/pod.yaml"], "asked for by name"


def test_what_git_ignores_is_passed_by(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / ".gitignore").write_text("rendered/\n")
    for name in ("pod.yaml", "rendered/pod.yaml"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(POD)
    assert paths(found(tmp_path), tmp_path) == ["pod.yaml"]
    assert paths(found(tmp_path / "rendered"), tmp_path) == ["rendered/pod.yaml"], "asked for by name"


def test_links_and_missing_files(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    (tmp_path / "gone.yaml").write_text(POD)
    subprocess.run(["git", "-C", tmp_path, "add", "."], check=True)
    (tmp_path / "gone.yaml").unlink()
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "pod.yaml").write_text(POD)
    (tmp_path / "link.yaml").symlink_to("pod.yaml")
    report = found(tmp_path)
    assert (paths(report, tmp_path), report.notes) == (["pod.yaml"], [])


def test_a_template_is_no_broken_yaml(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(
        POD.replace("name: web", "{{ if .Values.x }}\n  name: {{ .Values.name }}\n{{ end }}")
    )
    (tmp_path / "service.yaml.j2").write_text("apiVersion: v1\nkind: Service\nmetadata: {name: {{ name }}}\n")
    (tmp_path / "values.yaml.tpl").write_text("name: {{ name }}\n")
    notes = found(tmp_path).notes
    assert {Path(note.path).name for note in notes} == {"pod.yaml", "service.yaml.j2"}
    assert {note.message for note in notes} == {"is a template, not YAML; not checked"}


def test_the_good_documents_before_a_broken_one_are_judged(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(f"{POD}---\nkind: [\n")
    report = found(tmp_path)
    assert paths(report, tmp_path) == ["pod.yaml"]
    assert [note.line for note in report.notes] == [11]


KUSTOMIZATIONS = {
    "base/kustomization.yaml": "resources: [pod.yaml]\n",
    "base/pod.yaml": POD,
    "overlays/a/kustomization.yaml": "resources: [../../base]\nnamePrefix: a-\n",
    "overlays/b/kustomization.yaml": "resources: [../../base]\nimages: [{name: nginx, newTag: 1.29.1}]\n",
}


def test_overlays_are_built_and_bases_are_not(tmp_path: Path) -> None:
    write_tree(tmp_path, KUSTOMIZATIONS)
    rules = [all_rules()["P03-naked-pod"], all_rules()["P07-latest-image"]]
    findings = {each.rule.id: each for each in check([tmp_path], rules).findings}
    assert findings["P03-naked-pod"].place.path.endswith("base/pod.yaml")
    assert [name.rpartition("/")[2] for name in findings["P03-naked-pod"].scopes] == ["a", "b"]
    assert [name.rpartition("/")[2] for name in findings["P07-latest-image"].scopes] == ["a"]


def test_without_kustomize_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_tree(tmp_path, KUSTOMIZATIONS)
    monkeypatch.setenv("PATH", "/nonexistent")
    report = found(tmp_path)
    assert report.findings == []
    assert [Path(note.path).parent.name for note in report.notes] == ["a", "b"]
    assert {note.message for note in report.notes} == {"is not checked: neither kustomize nor kubectl is installed"}


def test_a_kustomization_that_does_not_build(tmp_path: Path) -> None:
    write_tree(tmp_path, {**KUSTOMIZATIONS, "overlays/b/kustomization.yaml": "resources: [../../base, nowhere.yaml]\n"})
    report = found(tmp_path)
    assert [Path(each.place.path).name for each in report.findings] == ["pod.yaml"]
    (note,) = report.notes
    assert note.path.endswith("overlays/b/kustomization.yaml")
    assert note.message.startswith("can't be built: ")
    assert "nowhere.yaml" in note.message


PATCHED = {
    "base/kustomization.yaml": "resources: [web.yaml]\nconfigMapGenerator:\n- name: proxy\n  files: [nginx.conf]\n",
    "base/nginx.conf": "http {\n  server {\n    location / { proxy_pass http://web; }\n  }\n}\n",
    "base/web.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: web
          image: example.com/web:1.0.0
          imagePullPolicy: IfNotPresent
          ports: [{containerPort: 8080}]
          readinessProbe: {httpGet: {port: 8080}}
""",
    "overlay/kustomization.yaml": """\
resources: [../base]
namePrefix: a-
images:
  - name: example.com/web
    newTag: latest
patches:
  - path: patch.yaml
  - target: {kind: Deployment, name: web}
    patch: |-
      - op: replace
        path: /spec/template/spec/containers/0/readinessProbe/httpGet/port
        value: 8081
  - patch: |-
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
      spec:
        strategy:
          type: Recreate
""",
    "overlay/patch.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  template:
    spec:
      containers:
        - name: web
          imagePullPolicy: Always
          securityContext:
            readOnlyRootFilesystem: false
""",
}


def test_a_finding_is_shown_where_the_value_was_written(tmp_path: Path) -> None:
    write_tree(tmp_path, PATCHED)
    wanted = {
        "P07-latest-image": ("overlay/kustomization.yaml", 5, 13),
        "P06-writable-root": ("overlay/patch.yaml", 12, 37),
        "P08-undeclared-probe-port": ("overlay/kustomization.yaml", 12, 16),
        "P08-rollout-unavailable": ("overlay/kustomization.yaml", 20, 17),
        "P10-proxy-timeout": ("base/nginx.conf", 3, 29),
        "P13-memory-limit": ("base/web.yaml", 12, 17),
    }
    report = check([tmp_path], [all_rules()[each] for each in wanted])
    assert report.notes == []
    prefix = len(paths(report, tmp_path)[0])
    assert prefix
    found_at = {
        each.rule.id: (path, each.place.line, each.place.column)
        for each, path in zip(report.findings, paths(report, tmp_path), strict=True)
    }
    assert found_at == wanted


def test_json_of_a_built_object_names_it(tmp_path: Path) -> None:
    from scaffold.check.formats import render

    write_tree(tmp_path, PATCHED)
    told = json.loads(render("json", check([tmp_path], [all_rules()["P13-memory-limit"]])))
    (finding,) = told["findings"]
    assert finding["object"] == "Deployment/a-web"
    assert finding["field"] == "spec.template.spec.containers[web].name"
