"""The pipelines of releases that no golden has: actionlint, yamllint and the schema of GitLab find nothing in them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from scaffold.files.folder import write_files
from tests.support.answers import questionnaire
from workshop import go_tools, judges
from workshop.goldens import rendered

pytestmark = pytest.mark.judges

GITHUB: list[dict[str, Any]] = [
    {"release": "main", "image_registry": "ghcr.io/example-org"},
    {"release": "tag", "folder": "services/shop", "platforms": ["linux/arm64"]},
]
GITLAB: list[dict[str, Any]] = [
    {"release": "tag", "image_registry": "registry.gitlab.com/example-org/shop"},
    {"release": "main", "environments": [{"name": "production"}]},
]


def service(folder: Path, answers: dict[str, Any]) -> Path:
    write_files(folder, rendered(questionnaire().resolve({"name": "shop", **answers})))
    return folder


@pytest.mark.skipif(bool(go_tools.missing()), reason=str(go_tools.missing()))
@pytest.mark.parametrize("answers", GITHUB, ids=["main", "tag"])
def test_github_accepts_it(answers: dict[str, Any], tmp_path: Path) -> None:
    workflows = sorted(service(tmp_path, answers).rglob(".github/workflows/*.yml"))
    assert len(workflows) == 2
    judges.acquits("yamllint", "--strict", "--config-file", tmp_path / ".yamllint.yaml", *workflows, cwd=tmp_path)
    judges.acquits("check-jsonschema", "--builtin-schema", "vendor.github-workflows", *workflows)
    judges.acquits(str(go_tools.program("actionlint")), *workflows, cwd=tmp_path)


@pytest.mark.parametrize("answers", GITLAB, ids=["tag", "main"])
def test_gitlab_accepts_it(answers: dict[str, Any], tmp_path: Path) -> None:
    pipeline = service(tmp_path, {"ci": "gitlab", **answers}) / ".gitlab-ci.yml"
    judges.acquits("yamllint", "--strict", ".", cwd=tmp_path)
    words = ("--builtin-schema", "vendor.gitlab-ci", "--data-transform", "gitlab-ci")
    judges.acquits("check-jsonschema", *words, pipeline)
    judges.acquits("shellcheck", "--shell=sh", tmp_path / "deploy/release/release.sh")
    assert {"release:", "propose:"} <= {line.partition("  #")[0] for line in pipeline.read_text().splitlines()}
