"""What lies outside is not read, shown or written: by forged origins, by links, and by bases elsewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scaffold.check.fix import apply, plan
from scaffold.check.rules import all_rules
from scaffold.check.run import check
from scaffold.errors import DestinationError
from tests.hostile.conftest import MARK, Canaries, Clone, Scaffold

JOB = """\
apiVersion: batch/v1
kind: Job
metadata:
  name: web
%sspec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: web
          image: example.com/web:latest
"""
SECRET = JOB % "" + f"          env: [{{name: A, value: {MARK}}}]  # {MARK}\n"
ORIGIN = "config.kubernetes.io/origin"
FORGED = "  annotations:\n    config.kubernetes.io/origin: |\n      path: %s\n"
COMMANDS = [("check",), ("check", "--fix", "--yes"), ("check", "--format", "json")]


def operation(path: str) -> str:
    return f"- op: add\n  path: /metadata/annotations\n  value: {{config.kubernetes.io/origin: 'path: {path}'}}\n"


def kustomizations(path: str) -> dict[str, str | bytes | Path]:
    """Return kustomizations that forge the origin of a Job, each in another way."""
    transformer = f"apiVersion: builtin\nkind: AnnotationsTransformer\nmetadata: {{name: a}}\nannotations: {{{ORIGIN}: 'path: {path}'}}\n"
    made = {
        "object": {"kustomization.yaml": "resources: [job.yaml]\n", "job.yaml": JOB % (FORGED % path)},
        "patch": {
            "kustomization.yaml": "resources: [job.yaml]\npatches: [{path: p.yaml, target: {kind: Job}}]\n",
            "job.yaml": JOB % "", "p.yaml": operation(path),
        },
        "transformer": {
            "kustomization.yaml": "resources: [job.yaml]\ntransformers: [t.yaml]\n",
            "job.yaml": JOB % "", "t.yaml": transformer + "fieldSpecs: [{path: metadata/annotations, create: true}]\n",
        },
        "common": {"kustomization.yaml": f"resources: [job.yaml]\ncommonAnnotations: {{{ORIGIN}: 'path: {path}'}}\n", "job.yaml": JOB % ""},
        "generator": {
            "kustomization.yaml": "generators: [g.yaml]\npatches: [{patch: '[]', target: {kind: Job}}]\n",
            "g.yaml": "apiVersion: builtin\nkind: ConfigMapGenerator\nmetadata: {name: web}\nliterals: [a=b]\n"
            f"options: {{annotations: {{{ORIGIN}: 'path: {path}'}}}}\n",
        },
    }  # fmt: skip
    return {f"{way}/{name}": text for way, parts in made.items() for name, text in parts.items()}


def test_a_forged_origin_leads_nowhere(canaries: Canaries, clone: Clone, scaffold: Scaffold) -> None:
    secret = canaries.put("secret.yaml", SECRET)
    inside = {"ignored": "ignored.yaml", "hidden": ".hidden/secret.yaml", "other": "other.yaml"}
    places = {"outside": secret} | {where: secret.parent.parent / "clone" / name for where, name in inside.items()}
    files: dict[str, str | bytes | Path] = {".gitignore": "*ignored.yaml\n"}
    for where, place in places.items():
        files |= {f"{where}/{name}": text for name, text in kustomizations(str(place)).items()}
    repository = clone(files)
    for name in inside.values():
        (repository / name).parent.mkdir(exist_ok=True)
        (repository / name).write_text(SECRET if name != "other.yaml" else JOB % "")
    for words in COMMANDS:
        said = scaffold(repository, *words)
        assert MARK not in said.text
        assert "P09-job-clean-up" in said.text or "--fix" in words
    for where in ("ignored", "hidden"):
        assert (repository / inside[where]).read_text() == SECRET
    canaries.assert_untouched()


def test_a_base_outside_is_named_and_neither_shown_nor_fixed(
    canaries: Canaries, clone: Clone, scaffold: Scaffold
) -> None:
    canaries.put("kustomization.yaml", "resources: [secret.yaml]\n")
    secret = canaries.put("secret.yaml", SECRET)
    repository = clone(
        {
            "a/kustomization.yaml": "resources: [../../outside]\n",
            "b/kustomization.yaml": "resources: [../link]\n",
            "link": Path("../outside"),
            "c/kustomization.yaml": "resources: [secret.yaml]\n",
            "c/secret.yaml": secret,
            "d/kustomization.yaml": "resources: [job.yaml]\npatches: [{path: ../e/link/secret.yaml}]\n",
            "d/job.yaml": JOB % "",
            "e/link": secret.parent,
            "f/kustomization.yaml": "configMapGenerator: [{name: a, files: [secret.yaml]}]\n",
            "f/secret.yaml": secret,
            "g/kustomization.yaml": "RESOURCES: [../../outside]\n",
            "h/kustomization.yaml": "configMapGenerator: [{name: a, files: [../.git/config]}]\n",
        }
    )
    for words in COMMANDS:
        said = scaffold(repository, *words)
        assert MARK not in said.text
    said = scaffold(repository, "check")
    for folder in "abcdfgh":
        told = rf"(?m)^note: {folder}/kustomization\.yaml:\d: is not checked: it leads to \S+, outside what is checked$"
        assert re.search(told, said.text), folder
    canaries.assert_untouched()


def test_a_base_beside_the_named_folder_is_shown_but_not_mended(clone: Clone, scaffold: Scaffold) -> None:
    repository = clone(
        {
            "base/kustomization.yaml": "resources: [job.yaml]\n", "base/job.yaml": JOB % "",
            "prod/kustomization.yaml": "resources: [../base]\n",
        }
    )  # fmt: skip
    said = scaffold(repository, "check", "prod", "--fix", "--yes", "--verbose")
    assert "base/job.yaml:4:" in said.text
    assert (repository / "base/job.yaml").read_text() == JOB % ""
    (repository / "base/link").symlink_to("job.yaml")
    said = scaffold(repository / "prod", "check", "--fix", "--yes", "--verbose")
    assert "../base/job.yaml:4:" in said.text
    assert (repository / "base/job.yaml").read_text() == JOB % ""


def test_links_inside_are_followed(clone: Clone, scaffold: Scaffold, helm_path: str) -> None:
    repository = clone(
        {
            "common/kustomization.yaml": "resources: [job.yaml]\n", "common/job.yaml": JOB % "", "prod/kustomization.yaml": "resources: [base]\n", "prod/base": Path("../common"),
            "shop/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.1.0\n", "shop/charts/mail": Path("../../mail"),
            "mail/Chart.yaml": "apiVersion: v2\nname: mail\nversion: 0.1.0\n", "mail/templates/job.yaml": JOB % "",
        }
    )  # fmt: skip
    said = scaffold(repository, "check", "prod", "shop", "--select", "P09-job-clean-up", path=helm_path)
    assert "common/job.yaml:4:" in said.text
    assert "mail/templates/job.yaml:4:" in said.text
    assert "judged" not in said.text


def test_links_and_sources_of_a_chart(canaries: Canaries, clone: Clone, scaffold: Scaffold, helm_path: str) -> None:
    secret = canaries.put("templates/secret.yaml", SECRET)
    canaries.put("Chart.yaml", "apiVersion: v2\nname: outside\nversion: 0.1.0\n")
    repository = clone(
        {
            "shop/Chart.yaml": "apiVersion: v2\nname: shop\nversion: 0.1.0\n",
            "shop/values.yaml": secret,
            "shop/values-dev.yaml": secret,
            "shop/files/secret": secret,
            "shop/templates/linked.yaml": secret,
            "shop/templates/all": secret.parent,
            "shop/charts/outside": secret.parent.parent,
            "shop/templates/a.yaml": "{{ range .Files.Lines \"files/secret\" }}\n# {{ . }}\n{{ end }}\n"
            f"---\n# Source: shop/../../outside/templates/secret.yaml\n{JOB % ''}---\n# Source: shop/{secret}\n"
            + (JOB % "").replace("name: web", "name: other")
            + "---\n" + (JOB % "").replace("name: web", "name: '{{ .Files.Get \"files/secret\" | trunc 9 | b64enc }}'"),
        }
    )  # fmt: skip
    for words in COMMANDS:
        said = scaffold(repository, *words, path=helm_path)
        assert MARK not in said.text
        assert "outside/templates" not in said.text
    said = scaffold(repository, "check", path=helm_path)
    for link in ("files/secret", "templates/linked.yaml", "templates/all", "charts/outside", "values.yaml"):
        assert f"shop/{link}: is a link that leads outside what is checked" in said.text
    assert "P09-job-clean-up" in said.text
    canaries.assert_untouched()


def test_files_behind_a_link_that_took_a_folders_place(canaries: Canaries, clone: Clone, scaffold: Scaffold) -> None:
    secret = canaries.put("job.yaml", SECRET)
    repository = clone({"deploy/job.yaml": JOB % "", "a.yaml": JOB % ""})
    (repository / "deploy/job.yaml").unlink()
    (repository / "deploy").rmdir()
    (repository / "deploy").symlink_to(secret.parent)
    for words in COMMANDS:
        assert MARK not in scaffold(repository, *words).text
    assert (
        "deploy/job.yaml: can't be read: it lies behind a symbolic link; not checked"
        in scaffold(repository, "check").text
    )
    canaries.assert_untouched()


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_link_that_appears_before_mending(
    what: str, canaries: Canaries, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = canaries.put("job.yaml", JOB % "")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deploy" / "jobs").mkdir(parents=True)
    file = tmp_path / "deploy" / "jobs" / "job.yaml"
    file.write_text(JOB % "")
    fixed = plan(check([Path("deploy")], list(all_rules().values())))
    assert fixed
    file.unlink()
    if what == "folder":
        file.parent.rmdir()
        file.parent.symlink_to(outside.parent)
    else:
        file.symlink_to(outside)
    with pytest.raises(
        DestinationError,
        match=r"deploy/jobs/job.yaml (can't be rewritten: .*|lies outside of .*)\. Nothing was changed\.",
    ):
        apply(fixed)
    canaries.assert_untouched()
