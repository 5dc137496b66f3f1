"""What is kept in the user's cache folder: only where nobody else may change it, and used only where it is whole.

Anything wrong with the cache (no room, read-only, a file in its place, somebody else's) means that scaffold goes on
without it: templates are compiled again, and what must lie on disk lies in a temporary folder until the program ends.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from scaffold import __version__
from scaffold.errors import DestinationError, ScaffoldError
from scaffold.files import sweep
from scaffold.files import user_folders as folders
from scaffold.files.private import ExposedError, close_to_others, make_private

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

Make = Callable[[Path], None]
"""Fills a folder that is there and empty."""
IsWhole = Callable[[Path], bool]
"""Returns whether a folder holds what it should and no more; an OSError says no."""

_notes: dict[str, None] = {}


def notes() -> list[str]:
    """Return why the cache was not used, where its owner or mode is the reason: a sentence or two for the user."""
    return list(_notes)


def bytecode_folder(root: Path) -> Path | None:
    """Return the folder for what is compiled of the template in `root`; None where nothing can be kept."""
    return None if _is_temporary(root) else _folder(f"bytecode-{__version__}")


def kept(name: str, make: Make, is_whole: IsWhole) -> Path:
    """Return a whole folder of that name in the cache: found there, or made now; otherwise a temporary one.

    Raises:
        DestinationError: when no temporary folder can be written either.
        ScaffoldError: of `make`.
    """
    folder = _folder("templates")
    if folder is not None:
        with suppress(OSError, ScaffoldError):  # whatever it is: if it is not a matter of the cache, it comes again
            return _in_cache(folder / name, make, is_whole)
    try:
        target = _temporary() / name
        if not target.is_dir():
            _put(target, make)
    except OSError as error:
        raise DestinationError(
            f"neither the cache {folders.cache()} nor a temporary folder can be written: {error.strerror or error}. "
            "Make room, or set TMPDIR to another folder."
        ) from error
    return target


def _folder(name: str) -> Path | None:
    """Return a folder in the cache, made if need be; None where it can't be had or others may change it."""
    base = folders.cache()
    try:
        make_private(base)
        make_private(base / name)
    except ExposedError as error:
        _notes[
            f"the cache {base} is not used: {error.filename} {error.strerror}. "
            "Remove the rights of others, or set XDG_CACHE_HOME to another folder."
        ] = None
        return None
    except OSError:
        return None
    return base / name


def _in_cache(target: Path, make: Make, is_whole: IsWhole) -> Path:
    if _says_yes(is_whole, target):
        return target
    with alone(target.parent):
        if not _says_yes(is_whole, target):  # nobody else made it meanwhile
            sweep.remove_leftovers(target.parent)
            _set_aside(target)
            _put(target, make)
    return target


def _says_yes(is_whole: IsWhole, folder: Path) -> bool:
    try:
        return is_whole(folder)
    except OSError:
        return False


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Let one process at a time change a folder, where the system has such locks; it frees them by itself."""
    if fcntl is None:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network's folders can't be locked; then both make the same
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _put(target: Path, make: Make) -> None:
    """Make a folder beside `target`, which becomes `target` in one step; one that somebody else put there stays."""
    stage = Path(tempfile.mkdtemp(prefix=sweep.PREFIX, dir=target.parent))
    try:
        make(stage)
        close_to_others(stage)
        try:
            stage.rename(target)
        except OSError:
            if not target.is_dir():
                raise
    finally:
        sweep.remove(stage)


def _set_aside(target: Path) -> None:
    """Take what is damaged out of the way in one step, then remove it."""
    if os.path.lexists(target):
        aside = Path(tempfile.mkdtemp(prefix=sweep.PREFIX, dir=target.parent))
        aside.rmdir()  # its name is what is wanted: into it, another user's folder could not be moved
        target.rename(aside)
        sweep.remove(aside)


@cache
def _temporary_directory() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="scaffold-", ignore_cleanup_errors=True)


def _temporary() -> Path:
    """Return a folder that is removed when the program ends."""
    return Path(_temporary_directory().name)


def _is_temporary(root: Path) -> bool:
    return bool(_temporary_directory.cache_info().currsize) and root.is_relative_to(_temporary())
