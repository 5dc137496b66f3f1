"""A hidden folder for what is being made, which the next run removes where this one was killed."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

_MARK = ".scaffold-staging"
"""The file that says whose the folder is. While its maker lives, it is locked."""

_FRESH = 60.0
"""Seconds in which the maker of an empty folder may still be about to mark it."""


@dataclass
class Staging:
    """The folder `path`; with `keep` it stays when the block ends, for what could not be put back."""

    path: Path
    keep: bool = False


@contextmanager
def staging(folder: Path, name: str) -> Iterator[Staging]:
    """Yield a new hidden folder `.NAME.scaffold-…` in `folder`, and remove those that dead runs left for this name.

    Raises:
        OSError: when the disk refuses.
    """
    prefix = f".{name[:60]}.scaffold-"
    sweep(folder, prefix)
    made = Staging(Path(tempfile.mkdtemp(prefix=prefix, dir=folder)))
    mark = None
    try:
        mark = _marked(made.path)
        yield made
    finally:
        if made.keep:
            (made.path / _MARK).unlink(missing_ok=True)
        else:
            _remove(made.path)
        if mark is not None:
            os.close(mark)


def _marked(folder: Path) -> int:
    """Mark a folder as ours; return the file that holds the lock. It has its name only once it is locked."""
    beside = folder / f"{_MARK}.new"
    mark = os.open(beside, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0), 0o600)
    try:
        if fcntl:
            with suppress(OSError):  # a file system without locks: nobody sweeps there either
                fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)
        beside.rename(folder / _MARK)
    except BaseException:
        os.close(mark)
        raise
    return mark


def _remove(folder: Path) -> None:
    """Remove a marked folder, the mark last: what can't be removed now, the next run still knows as ours."""
    with suppress(OSError):
        for each in list(folder.iterdir()):
            if each.name == _MARK:
                continue
            if each.is_dir() and not each.is_symlink():
                shutil.rmtree(each)
            else:
                each.unlink()
        (folder / _MARK).unlink(missing_ok=True)
        folder.rmdir()


def sweep(folder: Path, prefix: str) -> None:
    """Remove the hidden folders that dead runs of this user left, and nothing else."""
    with suppress(OSError):
        left = [each for each in folder.iterdir() if each.name.startswith(prefix)]
        for each in left:
            _remove_dead(each)


def _remove_dead(folder: Path) -> None:
    status = folder.lstat()
    if not fcntl or not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid():
        return
    try:
        mark = os.open(folder / _MARK, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK)
    except FileNotFoundError:
        _remove_unmarked(folder, status)
        return
    except OSError:
        return
    try:
        if stat.S_ISREG(os.fstat(mark).st_mode):
            fcntl.flock(mark, fcntl.LOCK_EX | fcntl.LOCK_NB)  # held by a maker that lives: BlockingIOError
            _remove(folder)
    except OSError:
        return
    finally:
        os.close(mark)


def _remove_unmarked(folder: Path, status: os.stat_result) -> None:
    """Remove what was killed before its mark had its name: a folder with nothing in it but that mark."""
    if time.time() - status.st_mtime > _FRESH:
        with suppress(OSError):
            if [each.name for each in folder.iterdir()] == [f"{_MARK}.new"]:
                (folder / f"{_MARK}.new").unlink()
            folder.rmdir()
