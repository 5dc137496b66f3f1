"""Wheel and sdist carry the history of the template, whatever they are built of."""

from __future__ import annotations

import shutil
import zipfile
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from releasing.package import carried
from tests.releasing.project import SKELETON, python
from tests.support.installed import build_wheel
from workshop.history import git


def test_a_wheel_from_the_sdist_is_the_same(project: Path, tmp_path: Path) -> None:
    done = python(project, "-m", "hatchling", "build", "--target", "sdist", "--directory", str(tmp_path / "sdist"))
    assert done.returncode == 0, done.stderr
    shutil.unpack_archive(next((tmp_path / "sdist").glob("*.tar.gz")), tmp_path / "unpacked")
    unpacked = next((tmp_path / "unpacked").iterdir())
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    ours = zipfile.ZipFile(build_wheel(unpacked, tmp_path / "a"))
    theirs = zipfile.ZipFile(build_wheel(project, tmp_path / "b"))
    assert sorted(ours.namelist()) == sorted(theirs.namelist())
    for name in ours.namelist():
        assert ours.read(name) == theirs.read(name), name


def test_the_build_needs_no_more_than_it_requires(project: Path) -> None:
    required = {"hatchling", "packaging", "platformdirs", "yaml"}
    done = python(
        project,
        "-c",
        "import sys; before = set(sys.modules); import releasing.package; print(*set(sys.modules) - before)",
    )
    imported = {name.split(".")[0] for name in done.stdout.split()} & set(packages_distributions())
    assert "yaml" in imported
    assert imported <= {*required, "_yaml", "scaffold"}


def test_a_clone_without_old_files_as_pip_makes_it_gets_them(project: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--bare", "--no-local", f"file://{project}", "home.git")
    git(tmp_path / "home.git", "config", "uploadpack.allowFilter", "true")
    git(tmp_path / "home.git", "config", "uploadpack.allowAnySHA1InWant", "true")
    git(tmp_path, "clone", "--quiet", "--filter=blob:none", f"file://{tmp_path}/home.git", "partial")
    missing = ("rev-list", "--objects", "--all", "--missing=print")
    assert "\n?" in git(tmp_path / "partial", *missing)
    bundle, _ = carried(tmp_path / "partial", tmp_path, pytest.fail)
    git(tmp_path, "clone", "--quiet", "--bare", str(bundle), "whole.git")
    assert "\n?" not in git(tmp_path / "whole.git", *missing)


def test_without_the_history_a_package_says_so(project: Path, tmp_path: Path) -> None:
    git(tmp_path, "clone", "--quiet", "--depth=1", f"file://{project}", "shallow")
    said: list[str] = []
    assert carried(tmp_path / "shallow", tmp_path, said.append) == []
    shutil.rmtree(tmp_path / "shallow/.git")
    assert carried(tmp_path / "shallow", tmp_path, said.append) == []
    assert "git fetch --unshallow" in said[0]
    assert "Build it from a git clone" in said[1]


def test_a_template_that_is_not_committed_is_told(copy: Path, tmp_path: Path) -> None:
    (copy / SKELETON / "CHANGED.md").write_text("by hand\n")
    said: list[str] = []
    assert [path.name for path in carried(copy, tmp_path, said.append)] == ["releases.bundle", "revision"]
    assert "the template differs from the last commit" in said[0]
