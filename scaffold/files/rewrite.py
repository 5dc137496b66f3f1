"""Gives files new contents: all of them or none, each in one step.

What is new lies beside the file until it is renamed: only within one file system is a rename one step. Its name is
hidden and ours (`leftovers`), so that the next run removes what a killed one has left.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from scaffold.errors import DestinationError
from scaffold.files.foreign import is_below
from scaffold.files.held import HeldFolder
from scaffold.files.leftovers import name_beside, sweep


@dataclass(frozen=True)
class Rewrite:
    """One file to rewrite: its bytes before and after.

    With `below`, it must not lie outside of that folder, and no symbolic link on the way from there is followed. The
    file itself is never a link.
    """

    file: Path
    before: bytes
    after: bytes
    below: Path | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class _Staged:
    """A file that is ready to be renamed: beside it lie the new content, and the old one to take back."""

    file: Path
    folder: HeldFolder
    new: str
    old: str


def rewrite(changes: Iterable[Rewrite]) -> None:
    """Write the changes: each file beside its old self, then all are renamed; if one fails, all are as they were.

    Permissions and owners stay. Killed in between, each file is whole, before or after, and the next run goes on.

    Raises:
        DestinationError: when a file changed meanwhile, is a link, lies outside of `below`, or the disk refuses.
    """
    with contextlib.ExitStack() as cleanup:
        _rename([_stage(change, cleanup) for change in changes])


def write_whole(file: Path, content: bytes) -> None:
    """Give a file this content in one step, whether it is there or not; its permissions and owner stay.

    Raises:
        DestinationError: when it is a link or no regular file, or the disk refuses; the old content is still there.
    """
    try:
        with contextlib.ExitStack() as cleanup:
            folder = cleanup.enter_context(HeldFolder.open(file.parent, None))
            status = _regular(folder, file.name)
            sweep(folder)
            new = _written_beside(folder, file.name, content, status, cleanup)
            folder.replace(file.name, new)
            folder.sync()
    except OSError as error:
        raise DestinationError(f"{file} can't be written: {error.strerror}. Nothing was changed.") from error


def _stage(change: Rewrite, cleanup: contextlib.ExitStack) -> _Staged:
    file, below = change.file, change.below
    if below is not None and not is_below(file.parent, below):
        raise DestinationError(f"{file} lies outside of {below}. Nothing was changed.")
    try:
        folder = cleanup.enter_context(HeldFolder.open(file.parent, below))
        sweep(folder)
        if _regular(folder, file.name) is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(file))
        found, status = folder.read(file.name, len(change.before) + 1)
        if found != change.before:
            raise DestinationError(f"{file} changed meanwhile; run again. Nothing was changed.")
        new = _written_beside(folder, file.name, change.after, status, cleanup)
        return _Staged(file, folder, new, _kept_beside(folder, file.name, found, status, cleanup))
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise DestinationError(f"{file} can't be rewritten: {why}. Nothing was changed.") from error


def _regular(folder: HeldFolder, name: str) -> os.stat_result | None:
    """Return the status of a regular file, or None where there is none.

    Raises:
        OSError: when there is something else under its name.
    """
    status = folder.status(name)
    if status is not None and stat.S_ISLNK(status.st_mode):
        raise OSError(errno.ELOOP, "it is a symbolic link; name the file that it leads to", name)
    if status is not None and not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file", name)
    return status


def _written_beside(
    folder: HeldFolder, name: str, content: bytes, status: os.stat_result | None, cleanup: contextlib.ExitStack
) -> str:
    """Return a new file beside `name`, with the permissions and the owner that `status` shows; `cleanup` removes it."""
    beside = name_beside(name)
    descriptor = folder.create(beside, 0o666 if status is None else 0o600)
    cleanup.callback(_remove, folder, beside)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        if status is not None and hasattr(os, "fchown"):
            with contextlib.suppress(PermissionError):
                os.fchown(out.fileno(), status.st_uid, status.st_gid)
            os.fchmod(out.fileno(), stat.S_IMODE(status.st_mode))
        os.fsync(out.fileno())
    return beside


def _kept_beside(
    folder: HeldFolder, name: str, before: bytes, status: os.stat_result, cleanup: contextlib.ExitStack
) -> str:
    """Return what takes a file back: the file itself under a second name, or a copy where the disk has no such thing.

    It is there before anything changes, so that taking back needs no room.
    """
    beside = name_beside(name)
    try:
        folder.link(name, beside)
    except OSError:
        return _written_beside(folder, name, before, status, cleanup)
    cleanup.callback(_remove, folder, beside)
    return beside


def _rename(staged: Iterable[_Staged]) -> None:
    staged, done, file = list(staged), [], Path()
    try:
        for each in staged:
            file = each.file
            each.folder.replace(file.name, each.new)
            done.append(each)
        for each in {each.file.parent: each for each in staged}.values():
            each.folder.sync()
    except BaseException as error:
        for each in reversed(done):
            each.folder.replace(each.file.name, each.old)
        if isinstance(error, OSError):
            raise DestinationError(f"{file}: {error.strerror}. Nothing was changed.") from error
        raise


def _remove(folder: HeldFolder, name: str) -> None:
    with contextlib.suppress(OSError):
        folder.remove(name)
