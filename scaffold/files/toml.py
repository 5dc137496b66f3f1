"""TOML that nobody vouches for: of a bounded size, and one error for all that can be wrong with it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

from scaffold.errors import FileError
from scaffold.files.foreign import read_foreign
from scaffold.text.brief import one_line

LARGEST = 1024 * 1024
# Python's reader takes the square of their number for a key of many parts.
_LONG_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){32}""", re.ASCII)


def read_toml(file: Path, *, below: Path | None = None) -> dict[str, Any]:
    """Return the tables of a file; with `below`, a symbolic link that leads out of that folder is refused.

    Raises:
        FileError: when the file can't be read, or is not TOML.
    """
    try:
        return parse_toml(read_foreign(file, below=below, largest=LARGEST))
    except OSError as error:
        raise FileError(f"{file} can't be read: {error.strerror}.") from error
    except ValueError as error:
        raise FileError(f"{file} is not valid TOML: {one_line(str(error))}.") from error


def parse_toml(data: bytes) -> dict[str, Any]:
    """Return the tables of a text.

    Raises:
        ValueError: when it is not TOML, no UTF-8, or nested too deeply.
    """
    text = data.decode("utf-8-sig").replace("\r\n", "\n")
    if found := _LONG_KEY.search(text):
        raise ValueError(f"a name of more than 32 parts (at line {text.count(chr(10), 0, found.start()) + 1})")
    try:
        return tomllib.loads(text)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error
