"""A copy of this repository in which two invented versions were released, and a package that was built of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.releasing.project import CHANGE, EXAMPLES, bring_up_to_date, change, release
from tests.support.caches import cache_in
from tests.support.installed import build_wheel, install
from workshop import goldens
from workshop.command import offline
from workshop.history import git

HERE = Path(__file__).parent


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let one process run all tests of the project: it is made once, and two releases in it take a minute."""
    for item in items:
        if item.path.is_relative_to(HERE) and "project" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("procedure"))
            item.add_marker(pytest.mark.aside)


@pytest.fixture(scope="package", autouse=True)
def _cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    with cache_in(tmp_path_factory.mktemp("cache")):
        yield


@pytest.fixture(scope="package")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of this repository, with few examples and no history, in which 1.0.0 and 1.1.0 were released."""
    folder = tmp_path_factory.mktemp("project") / "kube-scaffold"
    ignored = shutil.ignore_patterns(".git", ".venv", ".*_cache", ".hypothesis", "__pycache__", "bench")
    shutil.copytree(goldens.ROOT, folder, ignore=ignored)
    for path in (folder / "examples").iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.stem not in EXAMPLES:
            path.unlink()
    (folder / "releases.yml").write_text("# invented\n")
    (folder / "templates/service/changes.yml").write_text(CHANGE.format(id="first"))
    (folder / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n\n### Added\n\n- all\n")
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "config", "user.name", "t")
    git(folder, "config", "user.email", "t@example.com")
    bring_up_to_date(folder)
    for version in ("1.0.0", "1.1.0"):
        done = release(folder, version)
        assert done.returncode == 0, done.stdout + done.stderr
        change(folder, f"after-{version.replace('.', '-')}")
    return folder


@pytest.fixture
def copy(project: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(project, tmp_path / "copy", symlinks=True))


@pytest.fixture(scope="package")
def scaffold(project: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str | Path]:
    """Return the command of a wheel of the project, installed far from it, on a machine without network."""
    folder = tmp_path_factory.mktemp("installed")
    installed_python = install(build_wheel(project, folder), folder / "env")
    return [*offline(), installed_python, "-m", "scaffold"]
