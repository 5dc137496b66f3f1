"""One update of a work tree at a time: a lock that the system itself frees when its holder dies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scaffold.errors import DestinationError, ServiceError

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

NAME = "scaffold-update.lock"


@contextmanager
def only_one(git_dir: Path) -> Iterator[None]:
    """Hold the lock of a work tree, whose own git folder is `git_dir`, while the block runs.

    Raises:
        ServiceError: when another update holds it.
        DestinationError: when git's folder can't be written.
    """
    try:
        descriptor = os.open(git_dir / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
    except OSError as error:
        raise DestinationError(f"{git_dir} can't be written: {error.strerror}. Nothing was changed.") from error
    try:
        if fcntl:
            _take(descriptor, git_dir)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, git_dir: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise ServiceError(f"another update of {git_dir.parent} is running; wait until it has ended.") from error
