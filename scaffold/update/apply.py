"""Bring a plan to the work tree and git's index, or refuse and touch nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scaffold.atomic import journal as journals
from scaffold.atomic.journal import PREPARED, SKIP, Journal, Step, signature
from scaffold.atomic.transaction import Transaction
from scaffold.errors import DestinationError, ServiceError
from scaffold.git.repository import Repository
from scaffold.update.changes import PathChange, path_changes
from scaffold.update.index import prepare_index
from scaffold.update.marks import marks_of, refuse_hidden_edits
from scaffold.update.merge import Conflict
from scaffold.update.new_tree import NewTree
from scaffold.update.staged import Staged
from scaffold.update.work_tree import transaction_of, work_tree

_OPERATIONS = {
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
}


def refuse_unfinished(repository: Repository, prefix: str) -> None:
    """Refuse a work tree in which an update would mix with something else.

    Raises:
        ServiceError: when a file of the service is changed and not committed, or git is in the middle of something.
    """
    top = work_tree(repository)
    for name, operation in _OPERATIONS.items():
        if (repository.git_dir / name).exists():
            raise ServiceError(f"a {operation} is not finished in {top}; finish it, or git {operation} --abort.")
    _refuse_uncommitted(repository, [f":(top){prefix}"])


def _refuse_uncommitted(repository: Repository, pathspecs: Sequence[str], staged: Collection[str] = ()) -> None:
    """Refuse files that are changed; those of `staged` only where the work tree has something else than the index."""
    options = ("--porcelain", "-z", "--untracked-files=no", "--ignore-submodules=dirty", "--no-renames")
    found = os.fsdecode(repository.git("status", *options, "--", *pathspecs)).split("\0")[:-1]
    if changed := [each for each in found if each[1] != " " or each[3:] not in staged]:
        raise ServiceError(
            f"{len(changed)} {'file is' if len(changed) == 1 else 'files are'} changed and not committed "
            f"({changed[0][3:]}{', …' if len(changed) > 1 else ''}); git commit or git stash first."
        )


def apply(new: NewTree, note: Mapping[str, str]) -> list[PathChange]:
    """Write a new tree to the work tree and the index, all or nothing; return the paths that changed.

    The result is staged, as after `git merge --no-commit`; conflicting paths are unmerged. The caller holds the lock
    (`only_one`). `note` is what the journal keeps of it.

    Raises:
        ServiceError: when a file in the way is not git's, or somebody else changes the repository.
        DestinationError: when something can't be written.
    """
    repository = new.repository
    changes = path_changes(repository, new.start, new.tree)
    if at_top := [each.path for each in changes if not each.path.startswith(new.prefix)]:
        _refuse_uncommitted(repository, [f":(top,literal){path}" for path in at_top], new.staged)
    transaction = transaction_of(repository)
    _refuse_in_the_way(transaction.top, changes, new.beside)
    marks = marks_of(repository, [each.path for each in changes if each.before])
    absent = {path for path, given in marks.items() if SKIP in given and not os.path.lexists(transaction.top / path)}
    staged = {each.path: new.staged[each.path] for each in changes if each.path in new.staged}
    change = TreeChange(new.commit, tuple(changes), new.conflicts, new.beside, marks, frozenset(absent), staged)
    carry_out(repository, transaction, change, note)
    return changes


@dataclass(frozen=True)
class TreeChange:
    """What to do to the work tree and the index of the commit `head`.

    `conflicts` are left unmerged in the index; `beside` are files that are not in it. `marks` are those of the index's
    entries by path; `absent` are the marked ones that the work tree lacks, and is to lack. `staged` is what the index
    has of them before, where that is not what the commit has.
    """

    head: str
    changes: tuple[PathChange, ...]
    conflicts: tuple[Conflict, ...] = ()
    beside: Mapping[str, bytes] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)
    absent: frozenset[str] = frozenset()
    staged: Staged = field(default_factory=dict)
    undo: bool = False

    @property
    def left_out(self) -> frozenset[str]:
        """Return the paths that change only in the index: a conflict is written all the same, to be resolved."""
        return self.absent - {conflict.path for conflict in self.conflicts}


def carry_out(repository: Repository, transaction: Transaction, change: TreeChange, note: Mapping[str, str]) -> None:
    """Prepare everything in git's own folder, then do it; `note` is what the journal says of it.

    Raises:
        ServiceError: when that would lose edits, or somebody else changes the repository.
        DestinationError: when something can't be written.
    """
    folder = transaction.folder
    with journals.preparing(folder):
        journal = _prepare(repository, transaction, change, note)
        journals.write(folder, journal)
    transaction.run(journal)


def _prepare(repository: Repository, transaction: Transaction, change: TreeChange, note: Mapping[str, str]) -> Journal:
    folder, top = transaction.folder, transaction.top
    index_before = signature(transaction.index)
    if not change.undo:
        shown = {path: marks for path, marks in change.marks.items() if path not in change.absent}
        refuse_hidden_edits(repository, shown, _copy_of_index(transaction, "shown"))
    left_out = prepare_index(repository, _copy_of_index(transaction, "index"), folder / "new", change)
    for path, content in change.beside.items():
        file = folder / "new" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    steps = list(_steps(top, change, left_out))
    transaction.refuse_links(step.path for step in steps)
    _refuse_read_only(top, steps)
    transaction.keep_old(step.path for step in steps if step.before)
    absent = tuple(sorted(change.absent | left_out))
    staged = {path: f"{blob.mode} {blob.id}" if blob else "" for path, blob in change.staged.items()}
    return Journal(PREPARED, change.head, tuple(steps), index_before, note, change.undo, absent, change.marks, staged)


def _copy_of_index(transaction: Transaction, name: str) -> Path:
    return Path(shutil.copy2(transaction.index, transaction.folder / name))


def _steps(top: Path, change: TreeChange, left_out: Collection[str]) -> Iterator[Step]:
    for each in change.changes:
        before = signature(top / each.path)
        if each.path not in left_out:
            yield Step(each.path, each.after is not None, before)
        elif before is not None:  # a conflict brought it into the work tree, and it goes again
            yield Step(each.path, False, before)
    yield from (Step(path, True, signature(top / path)) for path in change.beside)


def _refuse_in_the_way(top: Path, changes: Iterable[PathChange], beside: Iterable[str]) -> None:
    """Refuse to write over what git does not keep (a submodule's files, too), or through a symbolic link."""
    for each in changes:
        if each.before and each.before.mode == "160000":
            raise ServiceError(
                f"{each.path} is a submodule, and its place is needed; move it, then run the command again."
            )
    removed = {each.path for each in changes if not each.after}
    for path in [*(each.path for each in changes if each.after and not each.before), *beside]:
        for part in [path, *(str(parent) for parent in Path(path).parents if parent != Path())]:
            file = top / part
            if (
                os.path.lexists(file)
                and part not in removed
                and (part == path or file.is_symlink() or not file.is_dir())
            ):
                raise ServiceError(
                    f"{part} is not in git, and would be overwritten; move or commit it, then run the command again."
                )


def _refuse_read_only(top: Path, steps: Iterable[Step]) -> None:
    for parent in sorted({_nearest((top / step.path).parent) for step in steps}):
        if not os.access(parent, os.W_OK | os.X_OK):
            raise DestinationError(f"{parent} is not writable; change its permissions. Nothing was changed.")


def _nearest(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder
