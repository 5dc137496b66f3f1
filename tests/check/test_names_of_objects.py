"""What an object is called: as people call it, also where the API server, a list or a patch makes its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffold.check.findings import Finding
from scaffold.check.model.kinds import objects_in
from scaffold.check.model.named import Named
from scaffold.check.rules import all_rules
from scaffold.check.run import check
from scaffold.kubernetes.kustomize import build_command
from scaffold.syntax.source import Source
from scaffold.syntax.yaml_nodes import documents

RULES = list(all_rules().values())
CONTAINER = "containers: [{name: web, image: nginx}]"


def found(text: str) -> list[Finding]:
    return list(check([], RULES, stdin=text.encode()).findings)


def test_a_name_that_the_server_makes() -> None:
    told = found(
        f"apiVersion: batch/v1\nkind: Job\nmetadata: {{generateName: backup-}}\nspec: {{template: {{spec: {{{CONTAINER}}}}}}}\n"
    )
    assert {each.place.object for each in told} == {"Job/backup-*"}
    assert any("Job backup-* has no" in each.message for each in told)


@pytest.mark.parametrize(("kind", "key"), [("List", "items"), ("Template", "objects")])
def test_an_item_of_a_list_has_its_own_name(kind: str, key: str) -> None:
    pod = f"{{apiVersion: v1, kind: Pod, metadata: {{name: %s}}, spec: {{{CONTAINER}}}}}"
    told = found(f"apiVersion: v1\nkind: {kind}\n{key}:\n- {pod % 'first'}\n- {pod % 'second'}\n")
    assert {each.place.object for each in told} == {"Pod/first", "Pod/second"}
    assert {each.container for each in told} == {"", "web"}
    assert len({each.fingerprint for each in told}) == len(told), "two items are not the same finding"


def test_an_object_without_any_name_is_its_kind() -> None:
    told = found(f"apiVersion: v1\nkind: Pod\nspec: {{{CONTAINER}}}\n")
    assert {each.place.object for each in told} == {"Pod"}


def test_what_is_no_text_is_not_shown() -> None:
    text = """\
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: a}
spec:
  serviceName: [b]
  template:
    metadata: {labels: {a: b}}
    spec:
      containers:
        - name: web
          env: [{name: [x]}, {name: [x]}]
          volumeMounts: [{name: {a: b}}]
          envFrom: [{configMapRef: {name: [a]}}]
---
{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {selector: {a: b}, ports: [{port: 80}]}}
---
{apiVersion: v1, kind: ConfigMap, metadata: {name: c}}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: i}
spec:
  defaultBackend: {service: {name: [s]}}
  rules: [{http: {paths: [{backend: {service: {name: s, port: {number: [1]}}}}]}}]
"""
    assert [each.message for each in found(text) if "None" in each.message] == []


def test_the_title_of_a_whole_list_is_its_kind() -> None:
    (document,), _ = documents(
        Source("a.yaml", b"apiVersion: v1\nkind: List\nitems: [{kind: Pod, metadata: {name: a}}]\n")
    )
    assert document.title_of(document.root) == "List"
    assert document.title_of(document.root.items("items")[0]) == "Pod/a"


def test_of_two_objects_with_one_name_the_first_counts() -> None:
    kinds = {"Service": "v1", "ConfigMap": "v1", "PersistentVolumeClaim": "v1", "Deployment": "apps/v1"}
    texts = [f"apiVersion: {version}\nkind: {kind}\nmetadata: {{name: a, namespace: n, labels: {{number: '{number}'}}}}\n"
             for kind, version in kinds.items() for number in (1, 2)]  # fmt: skip
    found, _ = documents(Source("a.yaml", "---\n".join(texts).encode()))
    named = Named([each for document in found for each in objects_in(document.root)])
    firsts = (named.service("n", "a"), named.config_map("n", "a"), named.config_maps["a"], named.claims["n", "a"],
              named.workload("n", "Deployment", "a"))  # fmt: skip
    assert {each and each.value.text("metadata", "labels", "number") for each in firsts} == {"1"}


@pytest.mark.skipif(build_command() is None, reason="neither kustomize nor kubectl is there")
def test_an_object_that_a_patch_renamed_is_shown_where_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {0}\nspec:\n  template:\n    spec:\n      containers:\n        - {{name: {0}, image: nginx}}\n"
    (tmp_path / "base").mkdir()
    (tmp_path / "prod").mkdir()
    (tmp_path / "base/kustomization.yaml").write_text("resources: [all.yaml]\n")
    (tmp_path / "base/all.yaml").write_text(f"{deployment.format('web')}---\n{deployment.format('api')}")
    (tmp_path / "prod/kustomization.yaml").write_text(
        "resources: [../base]\npatches:\n- target: {kind: Deployment, name: web}\n"
        "  patch: |-\n    - {op: replace, path: /metadata/name, value: shop}\n"
    )
    monkeypatch.chdir(tmp_path)
    report = check([Path()], [all_rules()["P07-latest-image"]])
    assert [(each.place.path, each.place.line, each.place.object) for each in report.findings] == [
        ("base/all.yaml", 9, "Deployment/shop"),
        ("base/all.yaml", 19, "Deployment/api"),
    ]
