"""Shows in a sentence what somebody else wrote: short, on one line, whatever it is."""

from __future__ import annotations

import reprlib

_LONGEST = 200


class _Repr(reprlib.Repr):
    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 3
        self.maxstring = self.maxother = self.maxlong = 80

    def repr_int(self, value: int, level: int) -> str:
        try:
            return super().repr_int(value, level)
        except ValueError:  # Python writes no number of more than 4300 digits
            return "a number of thousands of digits"


_repr = _Repr()


def brief(value: object) -> str:
    """Return what `repr` does, with dots where that would be long: an alias in YAML can make a small file endless."""
    return one_line(_repr.repr(value))


def one_line(text: str) -> str:
    """Return a text without ends of lines and control characters; of a long one, its first 200 characters and dots."""
    cut = text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
    return "".join(each if each.isprintable() else " " for each in " ".join(cut.split()))
