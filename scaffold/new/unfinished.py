"""What was answered before ^C, kept in the user's own folder so that `scaffold new --resume` goes on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from scaffold.errors import DestinationError, OptionError
from scaffold.files import user_folders
from scaffold.files.json import parse_json
from scaffold.files.private import make_private, read_private
from scaffold.files.rewrite import write_whole

_LARGEST = 1024 * 1024
_NONE = "there is no interrupted `scaffold new` to continue; start one without --resume."


@dataclass(frozen=True)
class Unfinished:
    """An interrupted `scaffold new`: its options, the answers of its command line, and those of its terminal."""

    folder: str | None
    vcs_ref: str | None
    template: str | None
    with_git: bool
    force: bool
    given: Mapping[str, Any]
    typed: Mapping[str, Any] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)


def _file() -> Path:
    return user_folders.state() / "unfinished.json"


def keep(unfinished: Unfinished) -> bool:
    """Write it down where only the user can read it; return whether that was possible."""
    try:
        make_private(_file().parent)
        write_whole(_file(), json.dumps(asdict(unfinished)).encode())
        _file().chmod(0o600)
    except (OSError, DestinationError, TypeError, ValueError):
        return False
    return True


def recall() -> Unfinished:
    """Return what was kept.

    Raises:
        OptionError: when there is nothing, or it can't be read.
    """
    try:
        found = parse_json(read_private(str(_file()), _LARGEST).decode())
        return Unfinished(**found)
    except FileNotFoundError as error:
        raise OptionError(_NONE) from error
    except (OSError, ValueError, TypeError) as error:
        raise OptionError(f"{_file()} can't be used; remove it, and start again without --resume.") from error


def forget() -> None:
    """Remove what was kept."""
    with suppress(OSError):
        _file().unlink(missing_ok=True)
