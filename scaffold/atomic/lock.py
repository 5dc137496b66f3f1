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
_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
"""A symbolic link of that name is refused: what it leads to is not ours to make."""


@contextmanager
def only_one(git_dir: Path) -> Iterator[None]:
    """Hold the lock of a work tree, whose own git folder is `git_dir`, while the block runs.

    Raises:
        ServiceError: when another update holds it.
        DestinationError: when git's folder can't be written.
    """
    with held(git_dir / NAME):
        yield


@contextmanager
def held(lock: Path, *, wait: bool = False, what: str = "") -> Iterator[None]:
    """Hold a lock while the block runs; `wait` for whoever holds it, or refuse. `what` is what it locks.

    Raises:
        ServiceError: when another update holds it.
        DestinationError: when its folder can't be written.
    """
    try:
        descriptor = os.open(lock, _FLAGS, 0o666)
    except OSError as error:
        raise DestinationError(f"{lock} can't be written: {error.strerror}. Nothing was changed.") from error
    try:
        if fcntl:
            _take(descriptor, what or f"update of {lock.parent.parent}", 0 if wait else fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def _take(descriptor: int, what: str, how: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | how)
    except BlockingIOError as error:
        raise ServiceError(f"another {what} is running; wait until it ends.") from error
