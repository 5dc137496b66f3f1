"""Keeps what an abort throws away: as a commit, to which a ref of ours leads."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scaffold.atomic.lock import held
from scaffold.git.environment import identity
from scaffold.git.repository import Repository
from scaffold.git.store import adopt, lay_out
from scaffold.update.marks import BESIDE, marks_of, unmark

THROWN_AWAY = "refs/scaffold/aborted"
"""What an abort throws away is kept here; its reflog has the earlier ones."""

_LOCK = "scaffold-aborted.lock"
_PATIENCE = 1.0
"""Seconds; git holds the lock of a ref for milliseconds, and waits a tenth of a second for another one."""


def keep(repository: Repository, folder: Path, paths: list[str], message: str) -> None:
    """Commit these files as they are now, upon HEAD, to THROWN_AWAY; `folder` is ours, in git's folder.

    Raises:
        GitError, DestinationError: when git refuses.
        OSError: when something can't be written.
    """
    index, objects = folder / "kept-index", folder / "kept-objects"
    folder.mkdir(exist_ok=True)
    shutil.copy2(repository.git_dir / "index", index)
    lay_out(objects, repository.common / "objects")
    place: dict[str, str | Path] = {"GIT_INDEX_FILE": index, "GIT_OBJECT_DIRECTORY": objects}
    unmark(repository, marks_of(repository, paths), place)
    listing = b"".join(os.fsencode(path) + b"\0" for path in paths)
    command = ("update-index", "--add", "--remove", "-z", "--stdin")
    repository.git(*command, stdin=listing, environment=place, settings=BESIDE)
    tree = repository.git("write-tree", environment=place).decode().strip()
    author = identity(int(time.time()))
    made = repository.git("commit-tree", tree, "-p", "HEAD", "-m", message, environment={**place, **author})
    adopt(objects, repository.common / "objects")
    with _ref_free(repository):
        commit = made.decode().strip()
        repository.git("update-ref", "--create-reflog", "-m", message, THROWN_AWAY, commit, environment=author)


@contextmanager
def _ref_free(repository: Repository) -> Iterator[None]:
    """Be the only one who writes THROWN_AWAY, from whichever work tree; remove the lock that a killed git has left."""
    with held(repository.common / _LOCK, wait=True):
        lock = repository.common / f"{THROWN_AWAY}.lock"
        if (first := _identity(lock)) is not None:
            until = time.monotonic() + _PATIENCE
            while _identity(lock) == first and time.monotonic() < until:
                time.sleep(0.02)
            if _identity(lock) == first:  # nobody else writes this ref, so whoever made the lock is dead
                with suppress(FileNotFoundError):
                    lock.unlink()
        yield


def _identity(file: Path) -> tuple[int, int] | None:
    try:
        status = file.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return status.st_ino, status.st_mtime_ns
