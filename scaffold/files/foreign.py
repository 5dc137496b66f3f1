"""Reads files that nobody vouches for: regular ones of a bounded size, and none outside the folder they belong to.

`read_foreign` is for what lies in a repository, `read_given` for what the user names on the command line.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path
from typing import BinaryIO

from scaffold.text.sizes import size

LARGEST = 8 * 1024 * 1024
"""Bytes; an object in a cluster is at most 1.5 MiB, and the largest bundles of them that people ship have 4 MiB."""

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


def read_foreign(file: str | Path, *, below: str | Path | None = None, largest: int = LARGEST) -> bytes:
    """Return the bytes of a regular file of at most `largest` bytes; never wait for a pipe, never read a device.

    With `below`, a symbolic link that leads out of that folder is refused, wherever on the way it is.

    Raises:
        OSError: when it can't be read; `strerror` says why, also for what is refused here.
    """
    path = os.fspath(file)
    if below is not None and not is_below(path, below):
        raise OSError(errno.ELOOP, f"it leads out of {os.fspath(below) or '.'}", path)
    descriptor = os.open(path, _FLAGS)
    with os.fdopen(descriptor, "rb") as opened:
        status = os.fstat(descriptor)
        if stat.S_ISDIR(status.st_mode):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file", path)
        return _bounded(opened, path, largest)


def read_given(file: str | Path, *, largest: int = LARGEST) -> bytes:
    """Return the bytes of a file that the user names: `-` for standard input, a pipe too; at most `largest` bytes.

    Raises:
        OSError: when it can't be read; `strerror` says why, also for what is refused here.
    """
    path = os.fspath(file)
    if path == "-":
        return _bounded(sys.stdin.buffer, path, largest)
    with open(path, "rb") as opened:  # noqa: PTH123 -- beside the other way to open a file
        return _bounded(opened, path, largest)


def _bounded(opened: BinaryIO, path: str, largest: int) -> bytes:
    data = opened.read(largest + 1)
    if len(data) > largest:
        raise OSError(errno.EFBIG, f"it is larger than {size(largest)}", path)
    return data


def is_below(file: str | Path, folder: str | Path) -> bool:
    """Return whether a path leads to something in a folder, all symbolic links followed."""
    try:
        top = os.path.realpath(os.fspath(folder) or ".")
        return os.path.commonpath([top, os.path.realpath(file)]) == top
    except (OSError, ValueError):  # another disk, or NUL
        return False
