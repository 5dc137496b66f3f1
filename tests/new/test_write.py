"""A new service is a repository with one commit, whatever git finds around it."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffold.new import create
from tests.support.rendered import AFTER, FILES, contents, old_folder, state
from workshop.history import git

OF_A_REPOSITORY = [
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_ATTR_SOURCE", "GIT_COMMON_DIR", "GIT_DIR", "GIT_GLOB_PATHSPECS",
    "GIT_GRAFT_FILE", "GIT_ICASE_PATHSPECS", "GIT_IMPLICIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_LITERAL_PATHSPECS", "GIT_NAMESPACE", "GIT_NOGLOB_PATHSPECS", "GIT_NO_REPLACE_OBJECTS", "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX", "GIT_QUARANTINE_PATH", "GIT_REPLACE_REF_BASE", "GIT_SHALLOW_FILE", "GIT_WORK_TREE",
]  # fmt: skip
"""What a surrounding git tells its hooks of its repository (`git rev-parse --local-env-vars`), and how paths are read."""


def test_the_working_folder_stays_the_same_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = tmp_path.stat().st_ino
    assert create(Path(), "demo", FILES)
    assert Path("README.md").read_bytes() == b"new readme"
    assert tmp_path.stat().st_ino == before
    assert contents(tmp_path) == AFTER
    assert git(tmp_path, "rev-list", "--count", "HEAD") == "1"
    assert git(tmp_path, "status", "--porcelain", "--ignored") == ""


def test_an_empty_clone_is_filled(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet", "out")
    assert create(tmp_path / "out", "demo", FILES) is False
    assert contents(tmp_path / "out") == AFTER
    assert git(tmp_path / "out", "status", "--porcelain").splitlines() == [
        f"?? {name}" for name in ["Makefile", "README.md", "deploy/", "run", "same"]
    ]


def test_the_commit_holds_what_scaffold_wrote_and_no_other_file(tmp_path: Path) -> None:
    folder = old_folder(tmp_path / "out")
    assert create(folder, "demo", FILES, force=True)
    assert git(folder, "ls-files").splitlines() == sorted(AFTER)
    assert git(folder, "status", "--porcelain") == "?? docs/"


@pytest.mark.parametrize("variable", OF_A_REPOSITORY)
def test_the_repository_of_a_surrounding_hook_is_not_touched(
    variable: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / "other"
    git(tmp_path, "init", "--quiet", "other")
    (other / "file").write_text("theirs")
    git(other, "add", "file")
    before = state(other)
    named = {
        "GIT_INDEX_FILE": ".git/index", "GIT_OBJECT_DIRECTORY": ".git/objects", "GIT_WORK_TREE": ".",
        "GIT_ALTERNATE_OBJECT_DIRECTORIES": ".git/objects", "GIT_QUARANTINE_PATH": ".git/objects",
        "GIT_PREFIX": "file", "GIT_GRAFT_FILE": "file", "GIT_SHALLOW_FILE": "file",
    }  # fmt: skip
    value = "1" if "PATHSPEC" in variable or "IMPLICIT" in variable else str(other / named.get(variable, ".git"))
    monkeypatch.setenv(variable, value)
    assert create(tmp_path / "out", "demo", FILES)
    monkeypatch.delenv(variable)
    assert state(other) == before
    assert git(tmp_path / "out", "status", "--porcelain") == ""
    assert git(tmp_path / "out", "ls-files").splitlines() == sorted(AFTER)
    git(tmp_path / "out", "fsck", "--strict")


def test_no_hook_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither of the user's hooks (a folder of templates, a folder of hooks), nor his file system monitor."""
    canary = tmp_path / "canary"
    hooks = tmp_path / "templates/hooks"
    hooks.mkdir(parents=True)
    for name in ("pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "reference-transaction", "monitor"):
        (hooks / name).write_text(f"#!/bin/sh\necho {name} >> {canary}\n")
        (hooks / name).chmod(0o755)
    settings = tmp_path / "settings"
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    for section in (f"[init]\n\ttemplateDir = {tmp_path / 'templates'}\n", f"[core]\n\thooksPath = {hooks}\n"):
        settings.write_text(f"{section}[core]\n\tfsmonitor = {hooks / 'monitor'}\n")
        create(tmp_path / f"out{len(section)}", "demo", FILES)
    assert not canary.exists()
    git(tmp_path / f"out{len(section)}", "commit", "--allow-empty", "-qm", "x")
    assert canary.exists(), "the hooks must be ones that run"
