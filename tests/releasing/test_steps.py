"""`./dev release`, tried in a copy of this repository with invented versions: all or nothing, and what then is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffold.releases.known import read_releases
from tests.releasing.project import SKELETON, bring_up_to_date, release, state
from workshop.history import git


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
