"""Makes git's index to come, and the files to come beside it, by the filters and attributes to come."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Protocol

from scaffold.atomic.journal import SKIP
from scaffold.git.objects import Blob
from scaffold.git.repository import Repository
from scaffold.update.changes import PathChange
from scaffold.update.marks import BESIDE, mark, marks_of
from scaffold.update.merge import Conflict


class Wanted(Protocol):
    """What is to change; `apply.Change` is one."""

    @property
    def changes(self) -> Collection[PathChange]:
        """The paths that change."""

    @property
    def conflicts(self) -> Collection[Conflict]:
        """The paths to leave unmerged."""

    @property
    def marks(self) -> Mapping[str, str]:
        """The marks to keep, by path."""

    @property
    def left_out(self) -> frozenset[str]:
        """The paths that change only in the index."""

    @property
    def undo(self) -> bool:
        """Whether this takes an update back."""


def prepare_index(repository: Repository, index: Path, new: Path, wanted: Wanted) -> frozenset[str]:
    """Change `index`, a copy of the repository's own, and write the files to come into the empty folder `new`.

    Returns the paths that are not written, because the work tree is to lack them.

    Raises:
        GitError, DestinationError: when git refuses.
    """
    place = {"GIT_INDEX_FILE": index, "GIT_WORK_TREE": new}
    none = Blob("0", "0" * hashlib.new(repository.algorithm).digest_size * 2)  # mode 0 removes a path
    _put(repository, (_line(each.path, each.after or none) for each in wanted.changes), place)
    conflicting = {conflict.path for conflict in wanted.conflicts}
    fresh = [each.path for each in wanted.changes if each.after and not each.before and each.path not in conflicting]
    outside = frozenset() if wanted.undo else outside_sparse_checkout(repository, fresh, index)
    left_out = wanted.left_out | outside
    writes = [each.path for each in wanted.changes if each.after and each.path not in left_out]
    paths = b"".join(os.fsencode(path) + b"\0" for path in writes)
    command = ("checkout-index", "--ignore-skip-worktree-bits", "-z", "--stdin")
    repository.git(*command, stdin=paths, environment=place, folder=new, settings=BESIDE)
    kept = {each.path for each in wanted.changes if each.after} - conflicting
    marks = {path: given for path, given in wanted.marks.items() if path in kept}
    mark(repository, {**dict.fromkeys(outside, SKIP), **marks}, place)
    unmerged = [_line(path, none) for path in conflicting]
    unmerged += [_line(each.path, blob, stage) for each in wanted.conflicts for stage, blob in each.stages.items()]
    _put(repository, unmerged, place)
    return left_out


def _put(repository: Repository, lines: Iterable[bytes], place: Mapping[str, Path]) -> None:
    if whole := b"".join(lines):
        command = ("update-index", "-z", "--index-info")
        repository.git(*command, stdin=whole, environment=place, settings=BESIDE)


def _line(path: str, blob: Blob, stage: int = 0) -> bytes:
    """Return one entry as `git update-index --index-info` reads it."""
    return os.fsencode(f"{blob.mode} {blob.id} {stage}\t{path}") + b"\0"


def outside_sparse_checkout(repository: Repository, paths: Collection[str], index: Path) -> frozenset[str]:
    """Return those new paths of an index that a sparse checkout does not want in the work tree.

    Git is asked with another copy of the index, and an empty folder as work tree, both beside the first one.

    Raises:
        GitError, DestinationError: when git refuses.
    """
    if not paths or not (repository.git_dir / "info/sparse-checkout").is_file():
        return frozenset()
    setting = ("config", "--type=bool", "--default=false", "--get", "core.sparseCheckout")
    if repository.git(*setting).strip() != b"true":
        return frozenset()
    copy, empty = index.with_name("sparse-index"), index.with_name("sparse")
    shutil.copy2(index, copy)
    empty.mkdir()
    place = {"GIT_INDEX_FILE": copy, "GIT_WORK_TREE": empty}
    repository.git("sparse-checkout", "reapply", environment=place, folder=empty, settings=BESIDE)
    return frozenset(path for path, marks in marks_of(repository, paths, copy).items() if SKIP in marks)
