"""The steps of a release: made and checked in a work tree aside, so that the branch moves only when all is well."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from packaging.version import Version

from releasing import changelog
from releasing.record import write_version
from scaffold import git
from scaffold.errors import GitError, TemplateError, VersionError
from scaffold.releases.changes import FILE as CHANGES
from scaffold.releases.changes import UNRELEASED, read_changes
from scaffold.releases.known import FILE as RELEASES
from scaffold.releases.known import Release, read_releases


def check_ready(root: Path, version: str) -> Release | None:
    """Refuse what can't be released; return the release before it.

    Raises:
        VersionError: when the version is not newer than every release.
        GitError: when something is not committed, no branch is checked out, or main has what is not here.
        TemplateError: when nothing is unreleased.
    """
    if changed := git.run(root, "status", "--porcelain"):
        raise GitError(f"{len(changed.splitlines())} files are not committed; commit or stash them first.")
    if not git.run(root, "branch", "--show-current"):
        raise GitError("no branch is checked out, and a release moves one: git switch main.")
    if (missing := git.ask(root / ".git", "rev-list", "--count", "HEAD..main")) not in (None, "0"):
        raise GitError(f"main has {missing} commits that are not here; rebase first: a release is never rewritten.")
    releases = read_releases((root / RELEASES).read_text())
    if releases and Version(version) <= releases[-1].version:
        raise VersionError(f"{version} is not newer than {releases[-1].version}, which is released.")
    if not any(change.version == UNRELEASED for change in read_changes((root / CHANGES).read_text())):
        raise TemplateError(f"{CHANGES} has nothing unreleased: give each change its entry, version: {UNRELEASED}.")
    return releases[-1] if releases else None


@contextmanager
def work_tree(root: Path) -> Iterator[Path]:
    """Yield a work tree of the current commit in a temporary folder; it is gone afterwards, its commits stay in git."""
    with tempfile.TemporaryDirectory(prefix="scaffold-release-") as folder:
        tree = Path(folder) / "tree"
        git.run(root, "worktree", "add", "--quiet", "--detach", str(tree), "HEAD")
        try:
            yield tree
        finally:
            git.run(root, "worktree", "remove", "--force", str(tree))


def run(tree: Path, *module: str) -> str:
    """Run a Python module of the work tree, with the work tree's own code; return what it prints.

    Raises:
        TemplateError: when it fails, with its last words.
    """
    # No bytecode: Python reuses it where a new version has the same second and the same length as the old one.
    environment = {**os.environ, "PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", *module], cwd=tree, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise TemplateError(f"{module[0]}: {(done.stderr or done.stdout).strip()[-2000:]}")
    return done.stdout


def check_goldens(tree: Path) -> None:
    """Refuse examples or a changelog that are not what the template gives now.

    Raises:
        TemplateError: with the number of files that differ.
    """
    run(tree, "workshop.goldens")
    if changed := git.run(tree, "status", "--porcelain", "--", "examples"):
        raise TemplateError(f"{len(changed.splitlines())} files of examples/ are not current; run ./dev goldens.")
    if changelog.update(tree):
        raise TemplateError("CHANGELOG.md does not say what changes.yml says; run ./dev changelog.")


def write_release(tree: Path, version: str, day: date) -> None:
    """Put the version where it belongs: the package, both changelogs, the examples.

    Raises:
        TemplateError: when the changelog has nothing unreleased, or an example changes otherwise than in its version.
    """
    write_version(tree, version)
    changes, log = tree / CHANGES, tree / "CHANGELOG.md"
    stamped = re.sub(rf"(?m)^(- |  )version: {UNRELEASED}$", rf"\g<1>version: {version}", changes.read_text())
    if any(change.version == UNRELEASED for change in read_changes(stamped)):
        raise TemplateError(f"{CHANGES}: `version: {UNRELEASED}` must stand on a line of its own.")
    changes.write_text(stamped)
    log.write_text(changelog.cut(log.read_text(), version, day))
    changelog.update(tree)
    run(tree, "workshop.goldens")
    diff = git.run(tree, "diff", "--unified=0", "--", "examples").splitlines()
    edits = [line for line in diff if line[:1] in "+-" and line[:3] not in ("+++", "---")]
    if others := [line for line in edits if not re.match(r"[+-]_commit: ", line)]:
        raise TemplateError(f"the new version changes more in the examples than their version: {others[0]}")


def commit(tree: Path, message: str) -> str:
    """Commit everything; return the commit's id.

    Raises:
        GitError: when git knows no author, or a hook refuses.
    """
    git.run(tree, "add", "--all")
    git.run(tree, "commit", "--quiet", "--message", message)
    return git.run(tree, "rev-parse", "HEAD")


def check_wheel(tree: Path, tag: str) -> None:
    """Build the wheel and look that its bundle holds the tag.

    Raises:
        TemplateError: when it does not build, or lacks the tag.
    """
    options = ("--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check")
    with tempfile.TemporaryDirectory(prefix="scaffold-wheel-") as folder:
        run(tree, "pip", "wheel", *options, "--wheel-dir", folder, str(tree))
        wheel = next(Path(folder).glob("*.whl"))
        bundle = Path(zipfile.ZipFile(wheel).extract("scaffold/_template/releases.bundle", folder))
        if f"refs/tags/{tag}\n" not in git.run(Path(folder), "bundle", "list-heads", str(bundle)) + "\n":
            raise TemplateError(f"the wheel's bundle has no tag {tag}.")


def move_branch(root: Path, start: str, end: str) -> None:
    """Bring the checkout from the commit `start`, where the release began, to `end`.

    Raises:
        GitError: when the branch moved or a file changed meanwhile.
    """
    if git.run(root, "rev-parse", "HEAD") != start:
        raise GitError("the branch moved meanwhile; nothing was released. Run it again.")
    git.run(root, "merge", "--quiet", "--ff-only", end)
