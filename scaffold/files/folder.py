"""Put a rendered service on disk in one move: made beside the destination, then renamed.

Killed at any moment, the destination holds the whole service or what it held before; at worst a hidden folder is left
beside it.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scaffold.errors import DestinationError

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@dataclass(frozen=True)
class RenderedFile:
    """One file of the service: `path` is relative, with /; `executable` is the only mode that git keeps."""

    path: str
    content: bytes
    executable: bool


def check_destination(destination: Path, *, force: bool = False) -> None:
    """Refuse a destination that can't take a new service.

    Raises:
        DestinationError: when it is a symbolic link, a file, not empty (unless `force`), or not writable.
    """
    if destination.is_symlink():
        raise DestinationError(f"{destination} is a symbolic link; name the folder that it leads to, or another one.")
    if destination.exists() and not destination.is_dir():
        raise DestinationError(f"{destination} is a file; choose another folder.")
    if destination.is_dir() and not force and _holds_something(destination):
        raise DestinationError(f"{destination} is not empty; choose another folder, or add --force to write into it.")
    parent = _nearest(destination.absolute().parent)
    if not parent.is_dir():
        raise DestinationError(f"{parent} is a file; {destination} can't be made below it.")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise DestinationError(f"{parent} is not writable; choose another folder or change its permissions.")


def _holds_something(folder: Path) -> bool:
    try:
        return any(folder.iterdir())
    except OSError as error:
        raise DestinationError(f"{folder} can't be read: {error.strerror}.") from error


def _nearest(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


@contextmanager
def staged(destination: Path, *, force: bool = False) -> Iterator[Path]:
    """Yield a hidden folder beside `destination`, which takes its place when the block ends without an error.

    With `force`, the folder starts as a copy of what the destination holds.

    Raises:
        DestinationError: when the disk refuses; the destination is then as it was.
    """
    check_destination(destination, force=force)
    destination = destination.absolute()
    made = _make_parents(destination.parent)
    try:
        with _hidden_folder(destination) as stage:
            if force and destination.is_dir():
                shutil.copytree(destination, stage, symlinks=True, dirs_exist_ok=True)
            yield stage
            _swap(stage, destination)
    except OSError as error:
        _remove_empty(made)
        raise DestinationError(f"{destination}: {error.strerror or error}. Nothing was written.") from error
    except BaseException:
        _remove_empty(made)
        raise


def write_files(folder: Path, files: Iterable[RenderedFile]) -> None:
    """Write the files below `folder`, never through a symbolic link.

    Raises:
        DestinationError: when a folder on the way is a symbolic link.
    """
    for file in files:
        path = folder / file.path
        _refuse_links(folder, path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o777 if file.executable else 0o666)
        with os.fdopen(descriptor, "wb") as out:
            out.write(file.content)


def _refuse_links(folder: Path, path: Path) -> None:
    parent = path.parent
    while parent != folder:
        if parent.is_symlink():
            link = parent.relative_to(folder)
            raise DestinationError(f"{link} is a symbolic link; remove it, or make it a folder.")
        parent = parent.parent


@contextmanager
def _hidden_folder(destination: Path) -> Iterator[Path]:
    stage = Path(tempfile.mkdtemp(prefix=f".{destination.name}.scaffold-", dir=destination.parent))
    try:
        stage.chmod(0o777 & ~_umask())
        yield stage
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask


def _make_parents(folder: Path) -> list[Path]:
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        try:
            each.mkdir(exist_ok=True)
        except OSError as error:
            raise DestinationError(f"{each} can't be made: {error.strerror}.") from error
    return missing


def _remove_empty(folders: Iterable[Path]) -> None:
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return


def _swap(stage: Path, destination: Path) -> None:
    """Let `stage` take the place of `destination`: one rename, or an exchange of the two where something is there."""
    if not destination.exists() or not any(destination.iterdir()):
        stage.rename(destination)
    elif not _exchange(stage, destination):
        aside = Path(tempfile.mkdtemp(prefix=f".{destination.name}.before-", dir=destination.parent))
        destination.rename(aside)
        stage.rename(destination)
        shutil.rmtree(aside, ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Exchange two folders in one step by Linux's renameat2(2); False where the system has no such call."""
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except (AttributeError, OSError):
        return False
    return bool(renameat2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0)
