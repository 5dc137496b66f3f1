"""One invented history for the whole suite, as a checkout and as an installed package has it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from releasing.bundle import make_bundle
from scaffold.releases import History
from tests.support.caches import cache_in
from workshop.history import Versions, git


@pytest.fixture(scope="package", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Give the suite a cache folder of its own."""
    folder = tmp_path_factory.mktemp("cache")
    with cache_in(folder):
        yield folder / "kube-scaffold/templates"


@pytest.fixture(scope="package")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository with 1.0.0, 1.1.0, 2.0.0rc1 and a commit after it; each changes one file."""
    versions = Versions(tmp_path_factory.mktemp("versions") / "template")
    versions.write("NOTES.md", "one\n")
    versions.release("1.0.0", "first")
    versions.write("NOTES.md", "two\n")
    versions.release("1.1.0", "second", "third")
    versions.write("run.sh", "#!/bin/sh\n")
    (versions.root / "templates/service/skeleton/run.sh").chmod(0o755)
    versions.release("2.0.0rc1", "fourth")
    versions.append(
        "templates/service/changes.yml",
        "- {id: fifth, version: unreleased, pattern: none, title: T, why: W, check: C}\n",
    )
    versions.commit("after")
    return versions.root


@pytest.fixture(scope="package")
def installed(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the same history as a package carries it: files, releases.yml and the bundle; no .git."""
    root = tmp_path_factory.mktemp("installed") / "template"
    shutil.copytree(checkout, root, ignore=shutil.ignore_patterns(".git"))
    make_bundle(
        checkout / ".git", History(checkout).known, git(checkout, "rev-parse", "HEAD"), root / "releases.bundle"
    )
    return root


@pytest.fixture(params=["checkout", "installed"])
def root(request: pytest.FixtureRequest) -> Path:
    """Return both, one after the other."""
    folder: Path = request.getfixturevalue(request.param)
    return folder
