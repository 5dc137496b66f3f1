"""checkov finds nothing in what all goldens deploy and build: manifests, Dockerfiles, pipelines. It starts slowly, so
it is asked once, about a folder that holds everything.

Two files are handed over as other tools see them: manifests as kustomize builds and helm renders them, and Dockerfiles
with the image that a FROM line's ARG stands for, which checkov does not look up. The settings are those that every
service has.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.judges.charts import JUDGED
from tests.support.answered import TEMPLATE, given, inputs_of_goldens
from tests.support.charts import lay_out as lay_out_chart
from tests.support.deployed import examples, files_of, manifests, overlays_of, workflows_of
from tests.support.verdicts import Inputs
from workshop import goldens, helm, judges

pytestmark = [pytest.mark.judges, pytest.mark.aside]

SETTINGS = ".checkov.yaml"
FRAMEWORKS = ("kubernetes", "dockerfile", "github_actions", "gitlab_ci")


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def with_images(dockerfile: str) -> str:
    """Return the Dockerfile with each `FROM ${NAME}` naming the image that `ARG NAME` has."""
    images = dict(re.findall(r"^ARG (\w+)=(\S+)$", dockerfile, re.MULTILINE))
    return re.sub(r"^FROM \$\{(\w+)\}", lambda found: f"FROM {images[found[1]]}", dockerfile, flags=re.MULTILINE)


def lay_out(folder: Path, apart: Path) -> None:
    """Write what is judged into a folder; `apart` is for what only helps."""
    (settings,) = {(example / SETTINGS).read_text() for example in examples()}
    put(folder / SETTINGS, settings)
    for example in examples():
        name = example.name
        for overlay in overlays_of(example):
            put(folder / "kubernetes" / f"{name}-{overlay}.yaml", manifests(example, overlay))
        if (dockerfile := example / "Dockerfile").exists():
            put(folder / name / "Dockerfile", with_images(dockerfile.read_text()))
        for workflow in workflows_of(example):
            put(folder / ".github/workflows" / f"{name}-{workflow.name}", workflow.read_text())
        if (pipeline := example / ".gitlab-ci.yml").exists():
            put(folder / name / ".gitlab-ci.yml", pipeline.read_text())
    if not helm.missing():
        for charted in (lay_out_chart(apart, name) for name in JUDGED):
            for environment in charted.environments:
                put(folder / "charts" / f"{charted.name}-{environment}.yaml", charted.installed(environment))


def judged(folder: Path) -> dict[str, Any]:
    """Return checkov's report on a folder, by framework."""
    words = ["--quiet", "--compact", "--skip-download", "--output", "json", "--framework", *FRAMEWORKS]
    said = judges.ask("checkov", "--directory", folder, *words)
    reports = json.loads(said.stdout)
    return {each["check_type"]: each for each in (reports if isinstance(reports, list) else [reports])}


def with_framework(framework: str) -> list[Path]:
    """Return the goldens that have something for a framework of checkov."""
    paths = {"github_actions": ".github/workflows/ci.yml", "gitlab_ci": ".gitlab-ci.yml"}
    if framework == "kubernetes":
        return examples()
    return [example for example in examples() if (example / paths.get(framework, "Dockerfile")).exists()]


@cache
def inputs() -> Inputs:
    """Return what is judged: all goldens, and the charts that are rendered from the template."""
    charts = [] if helm.missing() else [given(goldens.answers_with_both(name)) for name in JUDGED]
    answers = [f"examples/{name}.yml" for name in JUDGED]
    return replace(inputs_of_goldens({}), values=charts, by_value=(*TEMPLATE, *answers))


kept = pytest.mark.kept(inputs=lambda _: inputs())


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("checkov")
    lay_out(folder, tmp_path_factory.mktemp("apart"))
    return judged(folder)


@kept
@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_checkov_finds_nothing(framework: str, reports: dict[str, Any]) -> None:
    if not with_framework(framework):
        pytest.skip(f"no golden has anything for {framework}")
    report = reports[framework]
    found = [
        f"{each['check_id']} {each['file_path']} {each['resource']}: {each['check_name']}"
        for each in report["results"]["failed_checks"]
    ]
    assert not found, "\n".join(found)
    assert not report["summary"]["parsing_errors"]
    assert report["summary"]["passed"] >= len(with_framework(framework)), f"{framework}: not every file was judged"


@kept
def test_checkov_can_find(tmp_path: Path) -> None:
    put(tmp_path / "Dockerfile", "FROM debian:latest\n")
    assert judged(tmp_path)["dockerfile"]["results"]["failed_checks"]


def test_exceptions_have_a_reason() -> None:
    for example in examples():
        for path in files_of(example):
            for reason in re.findall(r"(?:checkov\.io/skip\d+: |- )CKV_\w+(.*)", path.read_text()):
                assert len(reason) > 20, f"{path}: an exception without a reason: {reason!r}"


def test_a_manifest_has_only_the_exceptions_that_settings_can_not_make() -> None:
    """Settings skip a check for every file: CKV_K8S_31 would then no longer find a Deployment without a profile."""
    for example in examples():
        for path in files_of(example):
            assert set(re.findall(r"checkov\S*skip\S* ?(CKV_\w+)", path.read_text())) <= {"CKV_K8S_31"}, path
