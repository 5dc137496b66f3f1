"""Put a rendered service on disk: made in a hidden folder, then put in its place.

A destination that is not there, or is an empty folder, takes the whole service in one rename: killed at any moment, it
holds all or nothing. A folder that must stay (it holds something, is a mount point, somebody works in it, or has an
owner or mode of its own) gets each file by a rename of its own: killed at any moment, each file is as it was before or
as it is after, and after an error all are as they were. The next run removes what a killed one left.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scaffold.errors import DestinationError
from scaffold.files import names
from scaffold.files.foreign import read_foreign
from scaffold.files.place import put_in_place
from scaffold.files.staging import staging


@dataclass(frozen=True)
class RenderedFile:
    """One file of the service: `path` is relative, with /; `executable` is the only mode that git keeps."""

    path: str
    content: bytes
    executable: bool


def read_rendered(path: str, file: Path, *, below: Path | None = None) -> RenderedFile:
    """Return a file on disk as the one of that path; with `below`, no symbolic link out of that folder is followed.

    Raises:
        OSError: when it can't be read, as `read_foreign` does.
    """
    return RenderedFile(path, read_foreign(file, below=below), bool(file.stat().st_mode & 0o100))


def check_destination(destination: Path, *, force: bool = False) -> None:
    """Refuse a destination that can't take a new service.

    A folder that holds nothing but a `.git` (a clone of an empty repository) counts as empty.

    Raises:
        DestinationError: when it is a symbolic link, a file, not empty (unless `force`), or not writable.
    """
    try:
        _check(destination, destination.absolute(), force=force)
    except FileNotFoundError as error:
        raise DestinationError("The working folder is gone; go to another one.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise DestinationError(f"{str(destination)[:80]!r} can't be a folder: {reason}. Choose another.") from error


def _check(destination: Path, whole: Path, *, force: bool) -> None:
    if "\0" in str(destination):
        raise ValueError("it contains a NUL character")
    if destination.is_symlink():
        raise DestinationError(f"{destination} is a symbolic link; name the folder that it leads to, or another one.")
    if whole.exists() and not whole.is_dir():
        raise DestinationError(f"{destination} is a file; choose another folder.")
    if whole.is_dir() and not force and _holds_something(whole):
        raise DestinationError(f"{destination} is not empty; choose another folder, or add --force to write into it.")
    parent = whole if whole.is_dir() and not _replaceable(whole) else _nearest(whole.parent)
    if not parent.is_dir():
        raise DestinationError(f"{parent} is a file; {destination} can't be made below it.")
    if not os.access(parent, os.W_OK | os.X_OK):
        raise DestinationError(f"{parent} is not writable; choose another folder or change its permissions.")


def _holds_something(folder: Path) -> bool:
    try:
        return any(each.name != ".git" for each in folder.iterdir())
    except OSError as error:
        raise DestinationError(f"{folder} can't be read: {error.strerror}.") from error


def _nearest(folder: Path) -> Path:
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def _replaceable(folder: Path) -> bool:
    """Return whether a new folder may take the place of this one: it is empty, and nothing of it would be lost."""
    status = folder.stat()
    if any(folder.iterdir()) or _is_mount(folder) or _is_working_folder(folder):
        return False
    if not os.access(folder.parent, os.W_OK | os.X_OK) or (hasattr(os, "listxattr") and os.listxattr(folder)):
        return False
    mine = not hasattr(os, "geteuid") or (status.st_uid, status.st_gid) == (os.geteuid(), os.getegid())
    return mine and status.st_mode & 0o7777 == 0o777 & ~_umask()


def _is_mount(folder: Path) -> bool:
    """Return whether a folder is a mount point, which can't be renamed; also one that is bound into the same disk."""
    return folder.is_mount() or _mount_of(folder) != _mount_of(folder.parent)


def _mount_of(folder: Path) -> str:
    """Return the line by which Linux names the mount that a folder lies in; nothing elsewhere."""
    descriptor = os.open(folder, getattr(os, "O_PATH", os.O_RDONLY))
    try:
        told = Path(f"/proc/self/fdinfo/{descriptor}").read_text(encoding="ascii")
    except OSError:
        return ""
    finally:
        os.close(descriptor)
    return next((line for line in told.splitlines() if line.startswith("mnt_id:")), "")


def _is_working_folder(folder: Path) -> bool:
    try:
        return folder.samefile(Path.cwd())
    except FileNotFoundError:  # it is gone, so it is another one
        return False


@contextmanager
def staged(destination: Path, *, force: bool = False) -> Iterator[Path]:
    """Yield a hidden folder, whose files and git repository are put into `destination` when the block ends.

    With `force`, what else the destination holds stays as it is, and files of the same name are replaced.

    Raises:
        DestinationError: when something is in the way, or the disk refuses; the destination is then as it was.
    """
    check_destination(destination, force=force)
    destination = destination.absolute()
    made: list[Path] = []
    try:
        if destination.is_dir() and not _replaceable(destination):
            with staging(destination, destination.name) as stage:
                yield _new_folder(stage.path)
                put_in_place(stage.path / _NEW, destination, stage)
        else:
            made = _make_parents(destination.parent)
            with staging(destination.parent, destination.name) as stage:
                yield _new_folder(stage.path)
                (stage.path / _NEW).rename(destination)
    except OSError as error:
        _remove_empty(made)
        raise DestinationError(f"{destination}: {error.strerror or error}. Nothing was written.") from error
    except BaseException:
        _remove_empty(made)
        raise


_NEW = "new"


def _new_folder(workplace: Path) -> Path:
    folder = workplace / _NEW
    folder.mkdir()
    return folder


def write_files(folder: Path, files: Iterable[RenderedFile]) -> None:
    """Write the files below `folder`, never through a symbolic link and never outside.

    Raises:
        DestinationError: when a path leads out of the folder, or a folder on the way is a symbolic link.
    """
    for file in files:
        if reason := names.problem(file.path):
            raise DestinationError(f"{file.path!r} can't be written: it {reason}.")
        path = folder / file.path
        _refuse_links(folder, path)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o777 if file.executable else 0o666)
        with os.fdopen(descriptor, "wb") as out:
            out.write(file.content)


def _refuse_links(folder: Path, path: Path) -> None:
    for parent in path.relative_to(folder).parents:
        if (folder / parent).is_symlink() and parent != Path():
            raise DestinationError(f"{parent} is a symbolic link; remove it, or make it a folder.")


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
