"""Gives files new contents: all of them or none."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from scaffold.errors import DestinationError


@dataclass(frozen=True)
class Rewrite:
    """One file to rewrite: its bytes before and after."""

    file: Path
    before: bytes
    after: bytes


def rewrite(changes: Iterable[Rewrite]) -> None:
    """Write the changes: each file beside its old self, then all are renamed; if one fails, all are as they were.

    Raises:
        DestinationError: when a file changed meanwhile, or the disk refuses.
    """
    with contextlib.ExitStack() as cleanup:
        staged: list[tuple[Path, Rewrite]] = []
        for change in changes:
            beside = _written_beside(change.file, change.before, change.after)
            cleanup.callback(beside.unlink, missing_ok=True)
            staged.append((beside, change))
        _rename(staged)


def _written_beside(file: Path, before: bytes, after: bytes) -> Path:
    """Return a new file with the content `after` and the mode and owner of `file`, which holds `before`."""
    try:
        if file.read_bytes() != before:
            raise DestinationError(f"{file} changed meanwhile; run again. Nothing was changed.")
        status = file.stat()
        descriptor, name = tempfile.mkstemp(prefix=f".{file.name}.", dir=file.parent)
        beside = Path(name)
        try:
            with os.fdopen(descriptor, "wb") as out:
                out.write(after)
                out.flush()
                with contextlib.suppress(PermissionError):
                    os.fchown(out.fileno(), status.st_uid, status.st_gid)
                os.fchmod(out.fileno(), status.st_mode & 0o7777)
                os.fsync(out.fileno())
        except BaseException:
            beside.unlink()
            raise
    except OSError as error:
        raise DestinationError(f"{file} can't be rewritten: {error.strerror}. Nothing was changed.") from error
    return beside


def _rename(staged: Iterable[tuple[Path, Rewrite]]) -> None:
    done: list[Rewrite] = []
    try:
        for beside, change in staged:
            beside.replace(change.file)
            done.append(change)
    except BaseException as error:
        for change in done:
            _written_beside(change.file, change.after, change.before).replace(change.file)
        if isinstance(error, OSError):
            raise DestinationError(f"{error.filename2}: {error.strerror}. Nothing was changed.") from error
        raise
