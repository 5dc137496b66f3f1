"""Moves objects that git made in a folder of ours into a repository's object store, each whole or not at all.

So a git that is killed leaves what it had begun in that folder, which is ours to remove, and nothing in the repository.
"""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from scaffold.files.foreign import read_foreign

_KEPT_BY = b"fast-import"


def lay_out(objects: Path, alternate: Path) -> None:
    """Make an empty object store that also knows the objects of another one.

    Raises:
        OSError: when it can't be written.
    """
    (objects / "info").mkdir(parents=True)
    (objects / "info/alternates").write_bytes(c_quoted(os.fspath(alternate)) + b"\n")


def c_quoted(path: str) -> bytes:
    """Return a path in the quotes that git reads in lists of paths."""
    escaped = os.fsencode(path).replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    return b'"' + escaped + b'"'


def adopt(objects: Path, target: Path) -> None:
    """Move the packs and loose objects of one store into another, on which the first one builds.

    Raises:
        OSError: when one can't be moved; those that were are whole.
    """
    mode = target.stat().st_mode
    for source in (*_packs(objects / "pack"), *_loose(objects)):
        place = target / source.relative_to(objects)
        if not place.parent.is_dir():
            place.parent.mkdir(exist_ok=True)
            place.parent.chmod(mode & 0o7777)
        if source.suffix == ".pack":
            release(place)
        if _is_there(place, source):
            with suppress(OSError):  # somebody else's
                os.utime(place)  # git removes what nobody used for long
        else:
            source.chmod(0o444 & mode)
            _move(source, place)


def _packs(folder: Path) -> Iterator[Path]:
    """Yield each pack before its index, by which git finds it."""
    for pack in sorted(folder.glob("pack-*.pack")):
        index = pack.with_suffix(".idx")
        if index.exists():
            yield from (pack, *(each for each in sorted(folder.glob(f"{pack.stem}.*")) if _is_side_file(each)), index)


def _is_side_file(file: Path) -> bool:
    return file.suffix in (".rev", ".mtimes")


def _loose(objects: Path) -> Iterator[Path]:
    for folder in sorted(objects.glob("[0-9a-f][0-9a-f]")):
        yield from (each for each in sorted(folder.iterdir()) if not each.name.startswith("tmp_"))


def _is_there(place: Path, source: Path) -> bool:
    """Return whether a store has that object: the same name means the same bytes, unless a power cut took some."""
    try:
        return place.stat().st_size == source.stat().st_size
    except FileNotFoundError:
        return False


def kept_packs(store: Path) -> list[Path]:
    """Return the packs of a store that a fast-import keeps at this moment, or kept when it was killed."""
    return [keep.with_suffix(".pack") for keep in sorted((store / "pack").glob("pack-*.keep")) if _is_of_import(keep)]


def release(pack: Path) -> None:
    """Let git tidy a pack of ours up again that a killed fast-import has kept."""
    keep = pack.with_suffix(".keep")
    if _is_of_import(keep):
        with suppress(OSError):
            keep.unlink()


def _is_of_import(keep: Path) -> bool:
    """Return whether fast-import made this file, which may have been killed before it wrote; not somebody's own."""
    try:
        return not keep.is_symlink() and _KEPT_BY.startswith(read_foreign(keep, largest=len(_KEPT_BY)))
    except OSError:
        return False


def _move(source: Path, place: Path) -> None:
    try:
        source.rename(place)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        descriptor, name = tempfile.mkstemp(prefix="tmp_obj_", dir=place.parent)  # git removes such ones some day
        os.close(descriptor)
        beside = Path(name)
        try:
            shutil.copy2(source, beside)
            beside.replace(place)
        except BaseException:
            beside.unlink()
            raise
