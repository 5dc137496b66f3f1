"""Marks of git's index that make git overlook what is in the work tree: skip-worktree and assume-unchanged.

A sparse checkout gives the first to paths that it does not want in the work tree; a user gives either to files with
edits of his own that he does not want to commit.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Mapping
from pathlib import Path

from scaffold.atomic.journal import ASSUME, SKIP
from scaffold.errors import ServiceError
from scaffold.git.repository import Repository

BESIDE = ("-c", "core.fsmonitor=false")
"""Options of a git that works on an index beside the repository's own: its monitor knows nothing of that one."""
_OPTIONS = {SKIP: "skip-worktree", ASSUME: "assume-unchanged"}
_FEW = 400
"""So many paths fit into the arguments of one program on every system."""


def marks_of(repository: Repository, paths: Collection[str], index: Path | None = None) -> dict[str, str]:
    """Return the marks of those paths that have any, in the repository's index or in another one.

    Raises:
        GitError: when git refuses.
    """
    if not paths:
        return {}
    wanted = set(paths)
    place = {"GIT_INDEX_FILE": index} if index else {}
    listing = repository.git("ls-files", "-v", "-z", "--", *_pathspecs(paths), environment=place)
    return {path: marks for path, marks in _marked(os.fsdecode(listing)) if path in wanted}


def _pathspecs(paths: Collection[str]) -> list[str]:
    if len(paths) > _FEW or sum(map(len, paths)) > _FEW * 100:
        return []
    return [f":(top,literal){path}" for path in paths]


def _marked(listing: str) -> Iterator[tuple[str, str]]:
    """Read `git ls-files -v`: a letter, small where it is assumed unchanged, and S where it is skipped; a path."""
    for entry in listing.split("\0")[:-1]:
        tag, path = entry[0], entry[2:]
        marks = (SKIP if tag in "Ss" else "") + (ASSUME if tag.islower() else "")
        if marks:
            yield path, marks


def mark(repository: Repository, marks: Mapping[str, str], place: Mapping[str, str | Path]) -> None:
    """Give paths these marks in the index that `place` names.

    Raises:
        GitError: when git refuses.
    """
    for each, option in _OPTIONS.items():
        _set(repository, f"--{option}", (path for path, given in marks.items() if each in given), place)


def unmark(repository: Repository, marks: Mapping[str, str], place: Mapping[str, str | Path]) -> None:
    """Take these marks off the paths in the index that `place` names.

    Raises:
        GitError: when git refuses.
    """
    for each, option in _OPTIONS.items():
        _set(repository, f"--no-{option}", (path for path, given in marks.items() if each in given), place)


def _set(repository: Repository, option: str, paths: Iterable[str], place: Mapping[str, str | Path]) -> None:
    if listing := b"".join(os.fsencode(path) + b"\0" for path in paths):
        repository.git("update-index", option, "-z", "--stdin", stdin=listing, environment=place, settings=BESIDE)


def refuse_hidden_edits(repository: Repository, marks: Mapping[str, str], index: Path) -> None:
    """Refuse when one of these marked paths is not in the work tree as it is in the index; `index` is a copy of it.

    The copy loses the marks.

    Raises:
        ServiceError: when there is such a path; it names the path and what shows its edits.
        GitError: when git refuses.
    """
    if not marks:
        return
    place = {"GIT_INDEX_FILE": index}
    unmark(repository, marks, place)
    options = ("--porcelain", "-z", "--untracked-files=no", "--ignore-submodules=all", "--no-renames")
    asked = ("status", *options, "--", *_pathspecs(marks))
    changed = repository.git(*asked, environment=place, settings=BESIDE)
    edited = [path for entry in os.fsdecode(changed).split("\0")[:-1] if (path := entry[3:]) in marks]
    if edited:
        path = edited[0]
        option = _OPTIONS[marks[path][0]]
        raise ServiceError(
            f"{path} has changes that git ignores ({option}), and the update would overwrite them. "
            f"Run git update-index --no-{option}, then commit or stash them."
        )
