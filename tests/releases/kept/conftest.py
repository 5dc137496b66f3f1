"""A package with one version of a small template, and a cache of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from releasing.bundle import make_bundle
from scaffold.files import cache
from scaffold.releases import History
from workshop.history import RECORD, git


@pytest.fixture(scope="session")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small template as a package carries it: one version, releases.yml and the bundle."""
    top = tmp_path_factory.mktemp("packed")
    checkout, package = top / "checkout", top / "package"
    (checkout / "templates/deep").mkdir(parents=True)
    (checkout / "copier.yml").write_text("name: {type: str, default: x}\n")
    (checkout / "templates/deep/file").write_text("one\n")
    (checkout / "templates/run").write_text("#!/bin/sh\n")
    (checkout / "templates/run").chmod(0o755)
    git(checkout, "init", "--quiet", "--initial-branch=main")
    git(checkout, "add", "--all")
    git(checkout, "commit", "--quiet", "--message", "one")
    head = git(checkout, "rev-parse", "HEAD")
    package.mkdir()
    (package / "releases.yml").write_text(RECORD.format(version="1.0.0", commit=head))
    make_bundle(checkout / ".git", History(package).known, head, package / "releases.bundle")
    return package


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    home = tmp_path / "caches"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    monkeypatch.setattr(cache, "_notes", {})
    yield home
    cache._temporary_directory.cache_clear()
