"""The wheel of a release makes and updates services of each version, on a machine without network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.installed import package_of
from workshop import goldens
from workshop.history import git


def run(command: list[str | Path], cwd: Path, **settings: str) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": f"{cwd}.home", "GIT_ALLOW_PROTOCOL": "file", **settings}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_an_installed_package_makes_any_version_without_network(
    scaffold: list[str | Path], project: Path, tmp_path: Path
) -> None:
    answers = project / "examples/batch.yml"
    run([*scaffold, "new", "old", "--answers", answers, "--vcs-ref", "1.0.0"], tmp_path)
    run([*scaffold, "new", "new", "--answers", answers, "--vcs-ref", "1.1.0"], tmp_path)
    run([*scaffold, "new", "head", "--answers", answers, "--vcs-ref", "HEAD"], tmp_path)
    run([*scaffold, "new", "newest", "--answers", answers], tmp_path)
    assert not (tmp_path / "old/CHANGED.md").exists()
    assert (tmp_path / "new/CHANGED.md").read_text() == "after-1-0-0\n"
    assert (tmp_path / "head/CHANGED.md").read_text() == "after-1-1-0\n"
    described = git(project, "describe", "--tags")
    assert run([*scaffold, "--version"], tmp_path) == f"scaffold, version {described.removeprefix('v')}\n"
    for name, version in (("old", "v1.0.0"), ("new", "v1.1.0"), ("head", described), ("newest", "v1.1.0")):
        assert f"_commit: {version}\n" in (tmp_path / name / ".copier-answers.yml").read_text()
    golden = git(project, "show", "v1.1.0:examples/batch/.copier-answers.yml")
    assert (tmp_path / "new/.copier-answers.yml").read_text().strip() == golden


def test_an_installed_package_updates_without_network(
    scaffold: list[str | Path], project: Path, tmp_path: Path
) -> None:
    answers = project / "examples/batch.yml"
    for name, version in (("old", "1.0.0"), ("new", "1.1.0")):
        run([*scaffold, "new", name, "--answers", answers, "--vcs-ref", version], tmp_path)
    said = run([*scaffold, "update", "old", "--json"], tmp_path)
    assert "Title of after-1-0-0" in said
    assert goldens.files_of(tmp_path / "old") == goldens.files_of(tmp_path / "new")


def test_copier_updates_from_the_bundle_of_an_installed_package(
    scaffold: list[str | Path], project: Path, tmp_path: Path
) -> None:
    answers = project / "examples/batch.yml"
    for name, version in (("old", "1.0.0"), ("new", "1.1.0")):
        run([*scaffold, "new", name, "--answers", answers, "--vcs-ref", version], tmp_path)
    package = package_of(next(path for path in scaffold if isinstance(path, Path)))
    bundle = package / "_template/releases.bundle"
    settings = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{bundle}.insteadOf",
        "GIT_CONFIG_VALUE_0": goldens.ORIGIN.source,
    }
    run([sys.executable, "-m", "copier", "update", "--quiet", "--defaults"], tmp_path / "old", **settings)
    assert goldens.files_of(tmp_path / "old") == goldens.files_of(tmp_path / "new")
