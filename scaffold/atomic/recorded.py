"""Reads a journal that was found in git's folder, and believes only one that scaffold may have written.

A repository that came in an archive brings a git folder, and in it whatever journal somebody made up.
"""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from scaffold.atomic.journal import ASSUME, PHASES, SKIP, Journal, Step, file_of
from scaffold.errors import ServiceError
from scaffold.files.at_top import SHARED
from scaffold.files.foreign import read_foreign

_LARGEST = 64 * 1024 * 1024
_INSIDE = ("new", "old")


class UnreadableJournalError(Exception):
    """A journal that can't be read: `file` is where it is, `phase` what its name says."""

    def __init__(self, file: Path, phase: str) -> None:
        super().__init__(f"{file} can't be read")
        self.file, self.phase = file, phase


def read(folder: Path) -> Journal | None:
    """Return the journal of the change that is not complete, otherwise that of the last one; None when there is none.

    Raises:
        UnreadableJournalError: when it is empty, cut off, or otherwise none that scaffold wrote.
        ServiceError: when it names a path outside the work tree, or a symbolic link takes a place of it.
    """
    if folder.is_symlink() or not folder.is_dir():
        if os.path.lexists(folder):
            raise _made_up(folder, "is not a folder")
        return None
    for phase in PHASES:
        file = file_of(folder, phase)
        if os.path.lexists(file):
            journal = _parsed(file, phase)
            for path in journal.paths:
                if not is_inside(path):
                    raise _made_up(folder, f"names the path {path!r}")
            for name in _INSIDE:
                if (folder / name).is_symlink():
                    raise _made_up(folder, f"holds a symbolic link, {name}")
            return journal
    return None


def refuse_linked_sources(folder: Path, journal: Journal) -> None:
    """Refuse a journal beside whose files there is a symbolic link: it leads to files that are not the journal's.

    Raises:
        ServiceError: when there is one.
    """
    for name in _INSIDE:
        for step in journal.steps:
            if parent := linked_parent(folder / name, step.path):
                raise _made_up(folder, f"holds a symbolic link, {name}/{parent}")


def _made_up(folder: Path, what: str) -> ServiceError:
    return ServiceError(f"{folder} {what}, which scaffold did not write. Check it, then remove it.")


def is_inside(path: str) -> bool:
    """Return whether a path, with /, is one that git may track: relative, never upward, and not in git's folder."""
    parts = path.split("/")
    if "\0" in path or Path(path).is_absolute() or (os.sep != "/" and os.sep in path):
        return False
    return not any(part in ("", ".", "..") or part.lower() == ".git" for part in parts)


def linked_parent(top: Path, path: str) -> str | None:
    """Return the first folder on the way from `top` to a path that is a symbolic link; None where there is none."""
    parts = path.split("/")[:-1]
    for count in range(1, len(parts) + 1):
        parent = "/".join(parts[:count])
        if (top / parent).is_symlink():
            return parent
    return None


def _parsed(file: Path, phase: str) -> Journal:
    try:
        found = json.loads(read_foreign(file, below=file.parent, largest=_LARGEST))
        return replace(_journal(found), phase=phase)
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableJournalError(file, phase) from error


def _journal(found: dict[str, Any]) -> Journal:
    steps = tuple(Step(_text(each["path"]), _flag(each["write"]), _numbers(each["before"])) for each in found["steps"])
    head = _text(found["head"])
    note = {_text(key): _text(value) for key, value in found["note"].items()}
    if not re.fullmatch(r"[0-9a-f]{40}([0-9a-f]{24})?", head) or not {"from", "to"} <= note.keys():
        raise ValueError(head)
    if not all(value.isprintable() for value in note.values()):
        raise ValueError("a version")
    absent = tuple(_text(each) for each in found.get("absent", ()))
    marks = {_text(path): _marks(value) for path, value in found.get("marks", {}).items()}
    staged = {_shared(path): _blob(value) for path, value in found.get("staged", {}).items()}
    before, undo = _numbers(found["index_before"]), _flag(found.get("undo", False))
    return Journal("", head, steps, before, note, undo, absent, marks, staged)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(value)
    return value


def _marks(value: object) -> str:
    text = _text(value)
    if not set(text) <= {SKIP, ASSUME}:
        raise ValueError(text)
    return text


def _shared(value: object) -> str:
    path = _text(value)
    if path not in SHARED:
        raise ValueError(path)
    return path


def _blob(value: object) -> str:
    text = _text(value)
    if not re.fullmatch(r"(100644|100755) [0-9a-f]{40}([0-9a-f]{24})?|", text):
        raise ValueError(text)
    return text


def _numbers(value: object) -> tuple[int, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list) or not all(isinstance(each, int) for each in value):
        raise TypeError(value)
    return tuple(value)
