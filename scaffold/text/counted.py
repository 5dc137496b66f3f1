"""Numbers of things as people write them."""

from __future__ import annotations


def counted(count: int, what: str) -> str:
    """Return a number with its noun: `1 file`, `2 files`."""
    return f"{count} {what}{'' if count == 1 else 's'}"
