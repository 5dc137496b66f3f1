"""What a change of the work tree is about to do, on disk before it is done: whoever finds it can finish it or undo it.

It lies in a folder of its own (for an update `.git/scaffold-update`), beside what the change needs: `new/` holds the
files to come, `old/` the files that they replace, `index` what is put in place last. Its name shows its phase, so that
the next phase is one rename, for which there is room on a full disk. The journal of the change before stays beside it
until it is complete. `undo/` holds the files that a complete change has replaced, where they are kept.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

from scaffold.errors import DestinationError

SKIP, ASSUME = "S", "A"
"""Marks of an entry of git's index: skip-worktree and assume-unchanged."""

OLD, UNDO = "old", "undo"
"""Folders beside the journal: of the files that a change replaces, and that the last complete one has replaced."""

PREPARED = "prepared"
"""Nothing has changed yet."""
FORWARD = "forward"
"""Files are being moved in; to be finished."""
BACK = "back"
"""Something refused; what was moved in is being moved out."""
DONE = "done"
"""All is in place; it is kept so that the change can be aborted."""
PHASES = (FORWARD, BACK, PREPARED, DONE)
"""In this order they are looked for: a change that is not complete comes first."""


@dataclass(frozen=True)
class Step:
    """One path to write, or to remove; `before` is what is there: the file's signature, or None."""

    path: str
    write: bool
    before: tuple[int, ...] | None


@dataclass(frozen=True)
class Journal:
    """A change: its phase and steps, the commit that it starts from, and the signature of git's index before it.

    `note` is what is reported of it later: the versions. `undo` marks the change that undoes an update. `absent` are
    paths that were, and are, only in the index (skip-worktree), whether or not there is a step of them. `marks` are
    the marks that entries had in the index before, by path: some of SKIP and ASSUME. `staged` is what the
    index had before, by path, where that is not what the commit has: a blob's mode and id, nothing where it had none.
    """

    phase: str
    head: str
    steps: tuple[Step, ...]
    index_before: tuple[int, ...] | None
    note: Mapping[str, str]
    undo: bool = False
    absent: tuple[str, ...] = ()
    marks: Mapping[str, str] = field(default_factory=dict)
    staged: Mapping[str, str] = field(default_factory=dict)

    @property
    def paths(self) -> list[str]:
        """Return each path that the change touches, in the work tree or in the index."""
        return list(dict.fromkeys((*(step.path for step in self.steps), *self.absent)))


def file_of(folder: Path, phase: str) -> Path:
    """Return where the journal of a change in that phase is."""
    return folder / f"journal.{phase}.json"


def signature(file: Path) -> tuple[int, ...] | None:
    """Return what changes when a file does: device, inode, mode, size, time of change; None when it is missing."""
    try:
        status = file.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return (status.st_dev, status.st_ino, status.st_mode, status.st_size, status.st_mtime_ns)


def write(folder: Path, journal: Journal) -> None:
    """Write a journal in its phase, in one step, and see it to the disk before anything is renamed."""
    content = asdict(journal)
    del content["phase"]
    new = folder / "journal.new"
    with new.open("x") as file:
        json.dump(content, file)
        file.flush()
        os.fsync(file.fileno())
    new.replace(file_of(folder, journal.phase))
    _sync(folder)


def _sync(folder: Path) -> None:
    with suppress(OSError):  # a system that can't open a folder, or has nothing to do for it
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


@contextmanager
def preparing(folder: Path) -> Iterator[None]:
    """Make an empty `new/` for a change that the block prepares and whose journal it writes.

    Raises:
        DestinationError: when something can't be written. After any error, nothing of the change is left.
    """
    try:
        clear(folder)
        (folder / "new").mkdir(parents=True)
        yield
    except OSError as error:
        clear(folder)
        raise DestinationError(f"{error.filename or folder}: {error.strerror}. Nothing was changed.") from error
    except BaseException:
        clear(folder)
        raise


def enter(folder: Path, journal: Journal, phase: str) -> Journal:
    """Bring a journal into another phase, and return it."""
    file_of(folder, journal.phase).replace(file_of(folder, phase))
    return replace(journal, phase=phase)


def give_up(folder: Path, journal: Journal) -> None:
    """Forget a change that did not happen."""
    if journal.phase != DONE:
        file_of(folder, journal.phase).unlink(missing_ok=True)
    clear(folder)


def finish(folder: Path, journal: Journal, *, keep_old: bool = False) -> None:
    """Record that a change is complete: an update can be undone from now on, what undid one leaves nothing to undo.

    With `keep_old`, the files that it replaced are kept in UNDO.

    What can't be said or cleared away now, the next run says and clears: it sees by the index that the change is done.
    """
    with suppress(OSError):
        if journal.undo:
            file_of(folder, DONE).unlink(missing_ok=True)
            file_of(folder, journal.phase).unlink(missing_ok=True)
        else:
            if keep_old and (folder / OLD).is_dir():  # otherwise that was done before a kill
                shutil.rmtree(folder / UNDO, ignore_errors=True)
                (folder / OLD).rename(folder / UNDO)
            enter(folder, journal, DONE)
        clear(folder)


def clear(folder: Path) -> None:
    """Remove all that lies beside the journals: it is ours, or was left by a git of ours that was killed.

    What the last complete change has replaced stays, where that was kept.
    """
    journals = {file_of(folder, phase) for phase in PHASES}
    if file_of(folder, DONE).exists():
        journals.add(folder / UNDO)
    with suppress(FileNotFoundError, NotADirectoryError):
        for each in list(folder.iterdir()):
            if each in journals:
                continue
            if each.is_dir() and not each.is_symlink():
                shutil.rmtree(each, ignore_errors=True)
            else:
                each.unlink(missing_ok=True)
