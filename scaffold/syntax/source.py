"""A file's bytes, and places in files."""

from __future__ import annotations

import errno
import os
import stat
from dataclasses import dataclass, field
from functools import cached_property

from scaffold.files.foreign import LARGEST, read_foreign
from scaffold.text.sizes import size

STDIN = "<stdin>"
"""The path of what comes by standard input."""


@dataclass(frozen=True, order=True)
class Place:
    """Where something stands: `path` from the working folder, with /; lines and columns count characters from 1.

    `end_line` and `end_column` stand behind its last character. `object` and `field` name what it is in Kubernetes'
    words, such as `Deployment/web` and `spec.replicas`; both are empty outside manifests.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    object: str = ""
    field: str = ""


@dataclass
class Source:
    """A file that is checked: `path` from the working folder, with /, and its bytes."""

    path: str
    data: bytes = field(repr=False)

    @cached_property
    def text(self) -> str:
        """Return the text; bytes that are not UTF-8 are shown as �."""
        return self.data.decode("utf-8-sig", "replace")

    @cached_property
    def speaks_to_us(self) -> bool:
        """Return whether any comment in it may be for scaffold."""
        return b"scaffold:" in self.data

    @cached_property
    def lines(self) -> list[str]:
        """Return the lines without their ends; YAML and Docker end them by LF or CRLF."""
        return [line.removesuffix("\r") for line in self.text.split("\n")]

    def line(self, number: int) -> str:
        """Return a line, counted from 1, or nothing where there is none."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def place(self, line: int, column: int, length: int = 1) -> Place:
        """Return a place on one line; both count from 1, and a length of 0 reaches to the end of the line."""
        return Place(self.path, line, column, line, column + (length or max(1, len(self.line(line)) + 1 - column)))


@dataclass(frozen=True)
class Note:
    """Something that could not be checked, and why: a whole file (line 0) or from a line on.

    `title` sums that up in two words, or names another subject.
    """

    path: str
    message: str
    line: int = 0
    title: str = "not checked"


def read(path: str) -> Source | Note | None:
    """Return a file, a note why it can't be checked, or None where there is no regular file (a link, a submodule)."""
    try:
        if not _is_regular(path):
            return None
        return Source(path, read_foreign(path))
    except OSError as error:
        if error.errno == errno.EFBIG:
            return Note(path, f"is larger than {size(LARGEST)}; not checked")
        return unread(path, error.strerror)


def _is_regular(path: str) -> bool:
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except (OSError, ValueError):  # which os.path.isfile swallows, too
        return False


def unread(path: str, why: str | None) -> Note:
    """Return the note on a file or folder that can't be read."""
    return Note(path, f"can't be read: {why}; not checked")
