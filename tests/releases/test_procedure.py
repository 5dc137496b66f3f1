"""`./dev release`, tried in a copy of this repository with invented versions: all or nothing, and what then is there."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from datetime import date
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from releasing.package import carried
from releasing.record import record
from scaffold.errors import VersionError
from scaffold.releases.known import read_releases
from tests.support.installed import build_wheel, install, package_of
from workshop import goldens
from workshop.command import offline
from workshop.history import git

pytestmark = pytest.mark.xdist_group("procedure")  # its copy is made once
EXAMPLES = ("batch", "defaults")
SKELETON = "templates/service/skeleton"
CHANGE = "- id: {id}\n  version: unreleased\n  pattern: P08\n  title: Title of {id}\n  why: Why.\n  check: Check.\n"


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    environment.pop("KUBE_SCAFFOLD_EXAMPLES", None)
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def release(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return python(folder, "-m", "releasing", "release", *arguments)


def change(folder: Path, name: str) -> None:
    """Change the template, say so in both changelogs, and commit."""
    (folder / SKELETON / "CHANGED.md").write_text(f"{name}\n")
    with (folder / "templates/service/changes.yml").open("a") as file:
        file.write(CHANGE.format(id=name))
    bring_up_to_date(folder)


def bring_up_to_date(folder: Path) -> None:
    for module in ("workshop.goldens", "releasing.changelog"):
        done = python(folder, "-m", module)
        assert done.returncode == 0, done.stderr
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "change")


def state(folder: Path) -> tuple[str, ...]:
    questions = (("rev-parse", "HEAD"), ("status", "--porcelain"), ("tag",), ("worktree", "list"))
    return tuple(git(folder, *question) for question in questions)


@pytest.fixture(scope="module")
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


def test_a_release_is_a_commit_a_record_and_a_tag(project: Path) -> None:
    assert git(project, "tag").split() == ["v1.0.0", "v1.1.0"]
    assert git(project, "log", "--format=%s").splitlines()[:4] == ["change", "Record 1.1.0", "Release 1.1.0", "change"]
    releases = read_releases((project / "releases.yml").read_text())
    assert [each.commit for each in releases] == [
        git(project, "rev-parse", f"{each.tag}^{{commit}}") for each in releases
    ]
    assert git(project, "show", "v1.1.0:scaffold/__init__.py").endswith('__version__ = "1.1.0"')
    assert "_commit: v1.1.0" in git(project, "show", "v1.1.0:examples/batch/.copier-answers.yml")
    changelog = git(project, "show", "v1.1.0:CHANGELOG.md")
    assert "## Unreleased\n\n## 1.1.0 - 2" in changelog
    assert "- **Title of after-1-0-0** (P08)." in changelog.split("## 1.0.0")[0]
    assert "version: unreleased" not in git(project, "show", "v1.1.0:templates/service/changes.yml")
    assert git(project, "worktree", "list").count("\n") == 0


def test_lost_tags_are_made_again(copy: Path) -> None:
    before = state(copy)
    git(copy, "tag", "--delete", "v1.0.0", "v1.1.0")
    assert "made v1.0.0, v1.1.0" in python(copy, "-m", "releasing", "tags").stdout
    assert "every release has its tag" in python(copy, "-m", "releasing", "tags").stdout
    assert state(copy) == before


def test_a_tag_elsewhere_is_not_moved(copy: Path) -> None:
    git(copy, "tag", "--force", "v1.0.0", "HEAD")
    done = python(copy, "-m", "releasing", "tags")
    assert done.returncode == 5
    assert "tag v1.0.0 names " in done.stderr


def test_a_dry_run_changes_nothing(copy: Path) -> None:
    before = state(copy)
    done = release(copy, "2.0.0rc1", "--dry-run")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2.0.0rc1 can be released" in done.stdout
    assert state(copy) == before


def spoil_tree(folder: Path) -> None:
    (folder / "new").write_text("")


def spoil_branch(folder: Path) -> None:
    git(folder, "switch", "--quiet", "--detach")


def spoil_main(folder: Path) -> None:
    git(folder, "switch", "--quiet", "--create", "other", "HEAD~1")


def spoil_changes(folder: Path) -> None:
    file = folder / "templates/service/changes.yml"
    file.write_text(file.read_text().replace("unreleased", "1.1.0"))
    bring_up_to_date(folder)


def spoil_goldens(folder: Path) -> None:
    (folder / "examples/batch/CHANGED.md").write_text("by hand\n")
    git(folder, "commit", "--quiet", "--all", "--message", "by hand")


def spoil_changelog(folder: Path) -> None:
    file = folder / "CHANGELOG.md"
    file.write_text(file.read_text().replace("Title of after-1-1-0", "Other words"))
    git(folder, "commit", "--quiet", "--all", "--message", "by hand")


def spoil_update(folder: Path) -> None:
    file = folder / SKELETON / "CHANGED.md"  # Copier gives it a variable that scaffold does not have
    file.unlink()
    file.with_name("CHANGED.md.jinja").write_text("{{ _copier_phase | default('none') }}\n")
    bring_up_to_date(folder)


@pytest.mark.parametrize(
    ("spoil", "version", "words"),
    [
        (spoil_tree, "1.2.0", "1 files are not committed"),
        (spoil_branch, "1.2.0", "no branch is checked out"),
        (spoil_main, "1.2.0", "main has 1 commits that are not here; rebase first"),
        (None, "1.1.0", "1.1.0 is not newer than 1.1.0, which is released"),
        (None, "0.9", "0.9 is not newer than 1.1.0"),
        (None, "next", "next is no version; for example 0.2.0"),
        (spoil_changes, "1.2.0", "has nothing unreleased"),
        (spoil_goldens, "1.2.0", "files of examples/ are not current; run ./dev goldens"),
        (spoil_changelog, "1.2.0", "run ./dev changelog"),
        (spoil_update, "1.2.0", "updated by Copier, is not what the new version gives afresh: CHANGED.md"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_is_not_right_is_not_released(spoil: object, version: str, words: str, copy: Path) -> None:
    if spoil:
        spoil(copy)  # type: ignore[operator]
    before = state(copy)
    done = release(copy, version)
    assert done.returncode not in (0, 70)
    assert words in done.stderr
    assert "Traceback" not in done.stderr
    assert state(copy) == before


def test_a_release_that_was_rebased_is_recorded_again(copy: Path) -> None:
    lost = git(copy, "rev-parse", "v1.1.0")
    git(copy, "reset", "--quiet", "--hard", "v1.1.0")
    git(copy, "commit", "--quiet", "--amend", "--message", "Release 1.1.0, squashed")
    record_1_1 = f"- version: 1.1.0\n  commit: {lost}\n  date: 2026-01-02\n"
    with (copy / "releases.yml").open("a") as file:
        file.write(record_1_1)
    record(copy, "1.1.0", "HEAD", date(2026, 1, 3))
    assert read_releases((copy / "releases.yml").read_text())[-1].commit == git(copy, "rev-parse", "HEAD")
    with pytest.raises(VersionError, match="recorded already"):
        record(copy, "1.1.0", "HEAD", date(2026, 1, 3))
    with pytest.raises(VersionError, match=r"says that it is version 1\.1\.0, not 1\.2\.0"):
        record(copy, "1.2.0", "HEAD", date(2026, 1, 3))
    with pytest.raises(VersionError, match="no commit of this branch's history"):
        record(copy, "1.1.0", lost, date(2026, 1, 3))


@pytest.fixture(scope="module")
def scaffold(project: Path, tmp_path_factory: pytest.TempPathFactory) -> list[str | Path]:
    """Return the command of a wheel of the project, installed far from it, on a machine without network."""
    folder = tmp_path_factory.mktemp("installed")
    installed_python = install(build_wheel(project, folder), folder / "env")
    return [*offline(), installed_python, "-m", "scaffold"]


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
