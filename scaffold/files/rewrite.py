"""Gives files new contents: all of them or none, and each of them whole at every moment.

Each new content is written beside its file and then renamed, because a rename is one step only within a file system,
and the file's own folder is the one place that is surely on it (git's folder may be on another). The hidden files there
are named `.NAME.scaffold-PID-HOST-…`. The next run in a folder removes those of this machine whose process has ended,
so that `git add --all` hardly finds what a killed run has left.
"""

from __future__ import annotations

import contextlib
import errno
import os
import platform
import re
import secrets
import stat
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from scaffold.errors import DestinationError
from scaffold.files.foreign import LARGEST, is_below, read_foreign

_BESIDE = re.compile(r"\..*\.scaffold-(?P<pid>[1-9][0-9]{0,9})-(?P<host>[0-9a-f]{8})-[0-9a-f]{8}")
_LONGEST_NAME = 120
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)


@dataclass(frozen=True)
class Rewrite:
    """One file to rewrite: its bytes before and after. With `below`, it must not lie outside of that folder."""

    file: Path
    before: bytes
    after: bytes
    below: Path | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class _Staged:
    """A file that is ready to be renamed: the new content beside it, and the old one to take back."""

    file: Path
    new: Path
    old: Path


def rewrite(changes: Iterable[Rewrite]) -> None:
    """Write the changes: each file beside its old self, then all are renamed; if one fails, all are as they were.

    Permissions and owners stay. Killed in between, each file is whole, before or after, and the next run goes on.

    Raises:
        DestinationError: when a file changed meanwhile, is a link, lies outside of `below`, or the disk refuses.
    """
    with contextlib.ExitStack() as cleanup:
        swept: set[Path] = set()
        staged = []
        for change in changes:
            if change.file.parent not in swept:
                swept.add(change.file.parent)
                _sweep(change.file.parent)
            staged.append(_stage(change, cleanup))
        done: list[_Staged] = []
        try:
            for each in staged:
                os.replace(each.new, each.file)  # noqa: PTH105 - the error then names both
                done.append(each)
            _keep({each.file.parent for each in staged})
        except BaseException as error:
            for each in reversed(done):
                each.old.replace(each.file)
            if isinstance(error, OSError):
                where = error.filename2 or error.filename
                raise DestinationError(f"{where}: {error.strerror}. Nothing was changed.") from error
            raise


def write_whole(file: Path, content: bytes) -> None:
    """Give a file this content in one step, whether it is there or not; its permissions and owner stay.

    Raises:
        DestinationError: when it is a link or no regular file, or the disk refuses; the old content is still there.
    """
    try:
        status = _regular(file)
        _sweep(file.parent)
        with contextlib.ExitStack() as cleanup:
            new = _written_beside(file, content, status, cleanup)
            new.replace(file)
            _keep({file.parent})
    except OSError as error:
        raise DestinationError(f"{file} can't be written: {error.strerror}. Nothing was changed.") from error


def _stage(change: Rewrite, cleanup: contextlib.ExitStack) -> _Staged:
    file, below = change.file, change.below
    if below is not None and not is_below(file.parent, below):
        raise DestinationError(f"{file} lies outside of {below}. Nothing was changed.")
    try:
        status = _regular(file)
        if status is None or read_foreign(file, largest=max(LARGEST, len(change.before))) != change.before:
            raise DestinationError(f"{file} changed meanwhile; run again. Nothing was changed.")
        new = _written_beside(file, change.after, status, cleanup)
        return _Staged(file, new, _kept_beside(file, change.before, status, cleanup))
    except OSError as error:
        raise DestinationError(f"{file} can't be rewritten: {error.strerror}. Nothing was changed.") from error


def _regular(file: Path) -> os.stat_result | None:
    """Return the status of a regular file, or None where there is none.

    Raises:
        OSError: when there is something else under its name.
    """
    try:
        status = file.lstat()
    except FileNotFoundError:
        return None
    if stat.S_ISLNK(status.st_mode):
        raise OSError(errno.ELOOP, "it is a symbolic link; name the file that it leads to", str(file))
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "it is no regular file", str(file))
    return status


def _written_beside(file: Path, content: bytes, status: os.stat_result | None, cleanup: contextlib.ExitStack) -> Path:
    """Return a new file beside `file`, with the permissions and the owner that `status` tells; `cleanup` removes it."""
    beside = _beside(file)
    descriptor = os.open(beside, _NEW, 0o666 if status is None else 0o600)
    cleanup.callback(_remove, beside)
    with os.fdopen(descriptor, "wb") as out:
        out.write(content)
        out.flush()
        if status is not None and hasattr(os, "fchown"):
            with contextlib.suppress(PermissionError):
                os.fchown(out.fileno(), status.st_uid, status.st_gid)
            os.fchmod(out.fileno(), stat.S_IMODE(status.st_mode))
        os.fsync(out.fileno())
    return beside


def _kept_beside(file: Path, before: bytes, status: os.stat_result, cleanup: contextlib.ExitStack) -> Path:
    """Return what takes a file back: the file itself under a second name, or a copy where the disk has no such thing.

    It is there before anything changes, so that taking back needs no room.
    """
    beside = _beside(file)
    try:
        beside.hardlink_to(file)
    except OSError:
        return _written_beside(file, before, status, cleanup)
    cleanup.callback(_remove, beside)
    return beside


def _keep(folders: Iterable[Path]) -> None:
    """Let a power cut lose none of the renames; where folders can't be synced, the system does it in its own time."""
    for folder in folders:
        with contextlib.suppress(OSError):
            descriptor = os.open(folder, os.O_RDONLY)
            try:
                os.fsync(descriptor)
            finally:
                os.close(descriptor)


# --- what a killed run leaves -----------------------------------------------------------------------------------------


def _beside(file: Path) -> Path:
    name = file.name[:_LONGEST_NAME] if len(os.fsencode(file.name)) < 200 else "file"
    return file.parent / f".{name}.scaffold-{os.getpid()}-{_host()}-{secrets.token_hex(4)}"


def _host() -> str:
    """Return a word for this machine: a process id of another one, or of another container, says nothing here."""
    return f"{zlib.crc32(platform.node().encode()):08x}"


def _sweep(folder: Path) -> None:
    """Remove what killed runs have left in a folder: hidden files named as ours by a process that has ended."""
    for left in _leftovers(folder):
        _remove(left)


def _leftovers(folder: Path) -> Iterator[Path]:
    with contextlib.suppress(OSError), os.scandir(folder) as found:
        for entry in found:
            match = _BESIDE.fullmatch(entry.name)
            is_ours = match and match["host"] == _host() and entry.is_file(follow_symlinks=False)
            if match and is_ours and _has_ended(int(match["pid"])):
                yield folder / entry.name


def _has_ended(pid: int) -> bool:
    if os.name == "nt":  # asking would end it
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except (OSError, OverflowError):  # somebody else's, so it is there
        return False
    return False


def _remove(file: Path) -> None:
    with contextlib.suppress(OSError):
        file.unlink()
