"""What every reader of settings says of a name that it does not know."""

from __future__ import annotations

from collections.abc import Iterable

from scaffold.errors import FileError
from scaffold.text.brief import one_line
from scaffold.text.nearest import suggest


def unknown_setting(where: str, key: str, known: Iterable[str]) -> FileError:
    """Return the error for a setting that there is not; `where` is a file, perhaps with a table: `FILE: [check]`."""
    known = tuple(known)
    there = f"The settings are {', '.join(known)}." if len(known) > 1 else f"The only setting is {known[0]}."
    return FileError(f"{where}: {one_line(key)} is not a setting. {suggest(key, known, there)}")
