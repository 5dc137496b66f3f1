"""Which lines of a file may hold comments about another one: those right above it, and those that open its document."""

from __future__ import annotations

import re
from collections.abc import Sequence

_DOCUMENT = re.compile(r"---(?:\s|$)")


class Places:
    """The lines of one file, looked at once; they count from 1."""

    def __init__(self, lines: Sequence[str]) -> None:
        """Take the lines."""
        self.count = len(lines)
        self._first = [1]  # of each line: the first of the Dockerfile's instruction that is continued up to it
        self._top = [1]  # of each line: the first of the comments right above it, or itself
        self._document = [1]  # of each line: the first of its document
        self._content: dict[int, int] = {}  # of a document: its first line that is not a comment
        self._comments: set[int] = set()
        plain_continues = continues = was_comment = False
        for number, line in enumerate(lines, 1):
            bare = line.strip()
            self._first.append(self._first[-1] if continues else number)
            self._top.append(self._top[-1] if was_comment else number)
            self._document.append(number + 1 if _DOCUMENT.match(line) else self._document[-1])
            was_comment = bare.startswith("#")
            if was_comment:
                self._comments.add(number)
            else:
                plain_continues = bare.endswith("\\")
                if bare and self._document[-1] <= number:
                    self._content.setdefault(self._document[-1], number)
            continues = bare.endswith("\\") or (was_comment and plain_continues)

    def above(self, line: int) -> tuple[int, int]:
        """Return from where to where comments stand right above a line, or above the instruction that it goes on."""
        first = self._first[line]
        return (first, first) if line in self._comments else (self._top[first], first)

    def opening(self, line: int) -> tuple[int, int]:
        """Return from where to where comments open the document that holds a line."""
        start = self._document[line]
        return start, self._content.get(start, start)
