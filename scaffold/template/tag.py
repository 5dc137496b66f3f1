"""The commit and the tag of a release: git makes both before anything changes, and two refs that lead to them last."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scaffold import git
from scaffold.atomic.journal import Journal
from scaffold.errors import GitError
from scaffold.files.folder import RenderedFile, write_files
from scaffold.git.repository import Repository

RELEASE, _COMMIT, _TAG = "release", "commit", "tag"
"""What the journal of a release says: the version, and the ids of its commit and its tag."""


@dataclass(frozen=True)
class Made:
    """A release in git to which nothing leads yet: what the journal says of it, and git's index to come."""

    note: Mapping[str, str]
    index: bytes


def make(repository: Repository, head: str, version: str, files: Mapping[str, RenderedFile]) -> Made:
    """Return the commit of these files upon `head`, and its tag; both are signed where git's settings want that.

    Raises:
        GitError: when git refuses, or knows no author.
        DestinationError: when the disk refuses.
    """
    message = f"Release {version}"
    with tempfile.TemporaryDirectory(prefix="scaffold-release-") as name:
        tree, index = Path(name, "tree"), Path(name, "index")
        tree.mkdir()
        write_files(tree, files.values())
        shutil.copy2(repository.git_dir / "index", index)
        place: dict[str, str | Path] = {"GIT_INDEX_FILE": index, "GIT_WORK_TREE": tree}
        paths = b"".join(f"{path}\0".encode() for path in files)
        command = ("update-index", "--add", "-z", "--stdin")
        settings = ("-c", "core.fsmonitor=false")
        repository.git(*command, stdin=paths, environment=place, folder=tree, settings=settings)
        written = repository.git("write-tree", environment=place).decode().strip()
        signed = repository.git("config", "--type=bool", "--default=false", "--get", "commit.gpgSign")
        options = ("-S",) if signed.strip() == b"true" else ()
        made = repository.git("commit-tree", *options, "-p", head, "-m", message, written)
        commit = made.decode().strip()
        tag = _tag(repository, Path(name, "tag"), version, commit, message)
        return Made({RELEASE: version, _COMMIT: commit, _TAG: tag}, index.read_bytes())


def _tag(repository: Repository, apart: Path, version: str, commit: str, message: str) -> str:
    """Return the id of an annotated tag: git makes it in a repository `apart`, which has the settings and objects."""
    (apart / "refs").mkdir(parents=True)
    (apart / "HEAD").write_text("ref: refs/heads/none\n")
    shutil.copyfile(repository.common / "config", apart / "config")
    place = {"GIT_DIR": apart, "GIT_OBJECT_DIRECTORY": repository.common / "objects"}
    repository.git("tag", "--annotate", "--message", message, version, commit, environment=place, folder=apart)
    return repository.git("rev-parse", f"refs/tags/{version}", environment=place, folder=apart).decode().strip()


def record(root: Path, journal: Journal) -> None:
    """Let the branch and the tag lead to a release, as far as that is not done yet.

    Raises:
        GitError: when git refuses, or somebody else has committed; the branch and its tags are then as they were.
    """
    commit, name, tag = journal.note[_COMMIT], f"refs/tags/{journal.note[RELEASE]}", journal.note[_TAG]
    head = git.run(root, "rev-parse", "HEAD", looking=True)
    if head not in (journal.head, commit):
        raise GitError(f"somebody has committed in {root} just now. Nothing was changed.")
    lines = [f"update HEAD {commit} {journal.head}"] if head != commit else []
    if not git.run(root, "for-each-ref", name, looking=True):
        lines.append(f"create {name} {tag}")
    try:
        _update_refs(root, journal, lines)
    except GitError:
        with suppress(GitError):
            _update_refs(root, journal, [f"update HEAD {journal.head} {commit}"])
        with suppress(GitError):
            _update_refs(root, journal, [f"delete {name} {tag}"])
        raise


def _update_refs(root: Path, journal: Journal, lines: list[str]) -> None:
    text = "".join(f"{line}\n" for line in lines)
    command = (*git.WITHOUT_HOOKS, "update-ref", "-m", f"commit: Release {journal.note[RELEASE]}", "--stdin")
    done = git.try_git(*command, folder=root, stdin=text.encode())
    if done.code:
        raise GitError(f"git update-ref in {root}: {git.last_words(done)}. Nothing was changed.")
