"""What a change of the work tree is about to do, on disk before it is done: whoever finds it can finish it or undo it.

It lies in git's own folder (`.git/scaffold-update`), beside what the change needs: `new/` holds the files to come,
`old/` the files that they replace, `index` git's index to come. Its name tells its phase, so that the next phase is one
rename, for which there is room on a full disk. The journal of the update before stays beside it until it is complete.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

NAME = "scaffold-update"

PREPARED = "prepared"
"""Nothing has changed yet."""
FORWARD = "forward"
"""Files are being moved in; to be finished."""
BACK = "back"
"""Something refused; what was moved in is being moved out."""
DONE = "done"
"""All is in place; it is kept so that the change can be aborted."""


@dataclass(frozen=True)
class Step:
    """One path to write, or to remove; `before` is what is there: the file's signature, or None."""

    path: str
    write: bool
    before: tuple[int, ...] | None


@dataclass(frozen=True)
class Journal:
    """A change: its phase and steps, the commit that it starts from, and the signature of git's index before it.

    `note` is what is said of it later: the versions. `undo` marks the change that takes an update back.
    """

    phase: str
    head: str
    steps: tuple[Step, ...]
    index_before: tuple[int, ...] | None
    note: Mapping[str, str]
    undo: bool = False


def folder_of(git_dir: Path) -> Path:
    """Return where a work tree's journal is."""
    return git_dir / NAME


def signature(file: Path) -> tuple[int, ...] | None:
    """Return what changes when a file does: device, inode, mode, size, time of change; None when it is missing."""
    try:
        status = file.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    return (status.st_dev, status.st_ino, status.st_mode, status.st_size, status.st_mtime_ns)


def write(folder: Path, journal: Journal) -> None:
    """Write a journal in its phase, in one step."""
    content = asdict(journal)
    del content["phase"]
    new = folder / "journal.new"
    new.write_text(json.dumps(content))
    new.replace(_file(folder, journal.phase))


def enter(folder: Path, journal: Journal, phase: str) -> Journal:
    """Bring a journal into another phase, and return it."""
    _file(folder, journal.phase).replace(_file(folder, phase))
    return replace(journal, phase=phase)


def read(folder: Path) -> Journal | None:
    """Return the journal of the change that is not complete, else that of the last one; None when there is none."""
    for phase in (FORWARD, BACK, PREPARED, DONE):
        with suppress(FileNotFoundError, NotADirectoryError):
            found: dict[str, Any] = json.loads(_file(folder, phase).read_text())
            steps = tuple(Step(each["path"], each["write"], _tuple(each["before"])) for each in found.pop("steps"))
            return Journal(phase, steps=steps, index_before=_tuple(found.pop("index_before")), **found)
    return None


def _file(folder: Path, phase: str) -> Path:
    return folder / f"journal.{phase}.json"


def _tuple(value: list[int] | None) -> tuple[int, ...] | None:
    return None if value is None else tuple(value)


def give_up(folder: Path, journal: Journal) -> None:
    """Forget a change that did not happen."""
    if journal.phase != DONE:
        _file(folder, journal.phase).unlink(missing_ok=True)
    clear(folder)


def finish(folder: Path, journal: Journal) -> None:
    """Say that a change is complete: an update can be undone from now on, what undid one leaves nothing to undo."""
    if journal.undo:
        _file(folder, DONE).unlink(missing_ok=True)
        _file(folder, journal.phase).unlink(missing_ok=True)
    else:
        enter(folder, journal, DONE)
    clear(folder)


def clear(folder: Path) -> None:
    """Remove what lies beside the journal."""
    for name in ("new", "old"):
        shutil.rmtree(folder / name, ignore_errors=True)
    (folder / "index").unlink(missing_ok=True)
