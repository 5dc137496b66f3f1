"""Bring a plan to the work tree and git's index, or refuse and touch nothing."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path

from scaffold.errors import DestinationError, ServiceError
from scaffold.git.objects import Blob
from scaffold.git.repository import Repository
from scaffold.update import journal as journals
from scaffold.update.changes import PathChange, path_changes
from scaffold.update.journal import PREPARED, Journal, Step, signature
from scaffold.update.merge import Conflict
from scaffold.update.plan import Plan
from scaffold.update.transaction import Transaction

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
    if repository.top is None:
        raise ServiceError(f"{repository.git_dir} has no work tree; name the folder of a checkout.")
    for name, operation in _OPERATIONS.items():
        if (repository.git_dir / name).exists():
            raise ServiceError(
                f"a {operation} is not finished in {repository.top}; finish it, or git {operation} --abort."
            )
    options = ("--porcelain", "-z", "--untracked-files=no", "--ignore-submodules=dirty", "--no-renames")
    changed = os.fsdecode(repository.git("status", *options, "--", f":(top){prefix}")).split("\0")[:-1]
    if changed:
        raise ServiceError(
            f"{len(changed)} {'file is' if len(changed) == 1 else 'files are'} changed and not committed "
            f"({changed[0][3:]}{', …' if len(changed) > 1 else ''}); git commit or git stash first."
        )


def apply(plan: Plan) -> list[PathChange]:
    """Write what the plan gives to the work tree and the index, all or nothing; return the paths that changed.

    The result is staged, as after `git merge --no-commit`; conflicting paths are unmerged. The caller holds the lock
    (`only_one`).

    Raises:
        ServiceError: when a file in the way is not git's, or somebody else changes the repository.
        DestinationError: when something can't be written.
    """
    repository = plan.service.repository
    changes = path_changes(repository, plan.service.tree, plan.tree)
    transaction = Transaction(repository)
    _refuse_in_the_way(transaction.top, changes, plan.beside)
    note = {"from": plan.old.name, "to": plan.new.name}
    change(repository, transaction, plan.service.commit, changes, note, conflicts=plan.conflicts, beside=plan.beside)
    return changes


def change(
    repository: Repository,
    transaction: Transaction,
    head: str,
    changes: Iterable[PathChange],
    note: Mapping[str, str],
    *,
    conflicts: Iterable[Conflict] = (),
    beside: Mapping[str, bytes] | None = None,
    undo: bool = False,
) -> None:
    """Prepare everything in git's own folder, then carry it out."""
    folder, top, beside = transaction.folder, transaction.top, beside or {}
    try:
        journals.clear(folder)
        (folder / "new").mkdir(parents=True)
        index_before = signature(transaction.index)
        writes = [each.path for each in changes if each.after]
        _prepare_index(repository, folder, changes, writes, conflicts)
        for path, content in beside.items():
            file = folder / "new" / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
        steps = [Step(each.path, each.after is not None, signature(top / each.path)) for each in changes]
        steps += [Step(path, True, signature(top / path)) for path in beside]
        _refuse_read_only(top, steps)
        transaction.keep_old(step.path for step in steps if step.before)
        journal = Journal(PREPARED, head, tuple(steps), index_before, note, undo)
        journals.write(folder, journal)
    except OSError as error:
        journals.clear(folder)
        raise DestinationError(f"{error.filename or folder}: {error.strerror}. Nothing was changed.") from error
    except BaseException:
        journals.clear(folder)
        raise
    transaction.run(journal)


def _prepare_index(
    repository: Repository,
    folder: Path,
    changes: Iterable[PathChange],
    writes: Iterable[str],
    conflicts: Iterable[Conflict],
) -> None:
    """Make the index to come, and let git check out the new files beside it, by the filters and attributes to come."""
    shutil.copy2(repository.git_dir / "index", folder / "index")
    place = {"GIT_INDEX_FILE": folder / "index", "GIT_WORK_TREE": folder / "new"}
    none = Blob("0", "0" * hashlib.new(repository.algorithm).digest_size * 2)  # mode 0 removes a path
    lines = [_index_line(each.path, each.after or none) for each in changes]
    repository.git("update-index", "-z", "--index-info", stdin=b"".join(lines), environment=place)
    paths = b"".join(os.fsencode(path) + b"\0" for path in writes)
    repository.git("-C", str(folder / "new"), "checkout-index", "-z", "--stdin", stdin=paths, environment=place)
    unmerged = [_index_line(conflict.path, none) for conflict in conflicts]
    unmerged += [_index_line(each.path, blob, stage) for each in conflicts for stage, blob in each.stages.items()]
    if unmerged:
        repository.git("update-index", "-z", "--index-info", stdin=b"".join(unmerged), environment=place)


def _index_line(path: str, blob: Blob, stage: int = 0) -> bytes:
    """Return one entry as `git update-index --index-info` reads it."""
    return os.fsencode(f"{blob.mode} {blob.id} {stage}\t{path}") + b"\0"


def _refuse_in_the_way(top: Path, changes: Iterable[PathChange], beside: Iterable[str]) -> None:
    """Refuse to write over what git does not keep, or through a symbolic link."""
    removed = {each.path for each in changes if not each.after}
    for path in [*(each.path for each in changes if each.after and not each.before), *beside]:
        for part in [path, *(str(parent) for parent in Path(path).parents if parent != Path())]:
            file = top / part
            if (
                os.path.lexists(file)
                and part not in removed
                and (part == path or file.is_symlink() or not file.is_dir())
            ):
                raise ServiceError(f"{part} is in the way and not in git; move it, or commit it, then update again.")


def _refuse_read_only(top: Path, steps: Iterable[Step]) -> None:
    for parent in sorted({_nearest((top / step.path).parent) for step in steps}):
        if not os.access(parent, os.W_OK | os.X_OK):
            raise DestinationError(f"{parent} is not writable; change its permissions. Nothing was changed.")


def _nearest(folder: Path) -> Path:
    while not folder.exists():
        folder = folder.parent
    return folder
