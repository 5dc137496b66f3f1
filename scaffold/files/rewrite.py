"""Gives files new contents: all of them or none."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from scaffold.errors import DestinationError
from scaffold.files.held import HeldFolder


@dataclass(frozen=True)
class Rewrite:
    """One file to rewrite: its bytes before and after.

    With `below`, no symbolic link on the way from that folder to the file is followed; the file itself is never one.
    """

    file: Path
    before: bytes
    after: bytes
    below: Path | None = field(default=None, kw_only=True)


@dataclass(frozen=True)
class _Staged:
    """A change whose new content lies beside the file, under the name `beside` in the folder that is held."""

    change: Rewrite
    folder: HeldFolder
    beside: str


def rewrite(changes: Iterable[Rewrite]) -> None:
    """Write the changes: each file beside its old self, then all are renamed; if one fails, all are as they were.

    Raises:
        DestinationError: when a file changed meanwhile or became a link, or the disk refuses.
    """
    with contextlib.ExitStack() as cleanup:
        _rename([_stage(change, cleanup) for change in changes])


def _stage(change: Rewrite, cleanup: contextlib.ExitStack) -> _Staged:
    try:
        folder = cleanup.enter_context(HeldFolder.open(change.file.parent, change.below))
        beside = _written_beside(folder, change.file, change.before, change.after)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or str(error)
        raise DestinationError(f"{change.file} can't be rewritten: {why}. Nothing was changed.") from error
    cleanup.callback(folder.remove, beside)
    return _Staged(change, folder, beside)


def _written_beside(folder: HeldFolder, file: Path, before: bytes, after: bytes) -> str:
    """Return the name of a new file with the content `after` and the mode and owner of `file`, which holds `before`."""
    found, status = folder.read(file.name)
    if found != before:
        raise DestinationError(f"{file} changed meanwhile; run again. Nothing was changed.")
    beside = f".{file.name[:200]}.{secrets.token_hex(4)}"
    descriptor = folder.create(beside)
    try:
        with os.fdopen(descriptor, "wb") as out:
            out.write(after)
            out.flush()
            with contextlib.suppress(PermissionError):
                os.fchown(out.fileno(), status.st_uid, status.st_gid)
            os.fchmod(out.fileno(), status.st_mode & 0o7777)
            os.fsync(out.fileno())
    except BaseException:
        folder.remove(beside)
        raise
    return beside


def _rename(staged: Iterable[_Staged]) -> None:
    done: list[_Staged] = []
    file = Path()
    try:
        for each in staged:
            file = each.change.file
            each.folder.replace(each.change.file.name, each.beside)
            done.append(each)
    except BaseException as error:
        for each in done:
            change = each.change
            each.folder.replace(
                change.file.name, _written_beside(each.folder, change.file, change.after, change.before)
            )
        if isinstance(error, OSError):
            raise DestinationError(f"{file}: {error.strerror}. Nothing was changed.") from error
        raise
