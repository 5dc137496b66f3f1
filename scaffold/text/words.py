"""An answer as people read it: in words, on one line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def in_words(value: Any) -> str:
    """Return a value as text: yes or no, `none` for an empty list, the records of a list by their first field."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return _record(value)
    if isinstance(value, list | tuple):
        separator = "; " if any(isinstance(each, Mapping) for each in value) else ", "
        return separator.join(map(in_words, value)) or "none"
    return str(value)


def _record(record: Mapping[str, Any]) -> str:
    (_, first), *others = record.items() or [("", "")]
    rest = ", ".join(f"{key} {in_words(value)}" for key, value in others)
    return f"{in_words(first)} ({rest})" if rest else in_words(first)
