"""Values that nobody vouches for: one that unfolds to too much, or holds itself, is refused before anybody walks it."""

from __future__ import annotations

from typing import Any

MOST = 1_000_000
"""Values inside one, each counted wherever it stands."""


def refuse_endless(value: Any) -> None:
    """Refuse a value of lists and mappings that unfolds to more than MOST values, is too deep, or holds itself.

    Raises:
        ValueError: when it does; the message says why.
    """
    try:
        _count(value, {})
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _count(value: Any, sizes: dict[int, int]) -> int:
    """Return how many values one unfolds to; each is looked at once."""
    inner = _inside(value)
    if not inner:
        return 1
    known = sizes.get(id(value))
    if known == 0:
        raise ValueError("a value holds itself")
    if known is None:
        sizes[id(value)] = 0  # not yet known
        known = sizes[id(value)] = 1 + sum(_count(each, sizes) for each in inner)
    if known > MOST:
        raise ValueError(f"it stands for more than {MOST:,} values")
    return known


def _inside(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    if isinstance(value, list | tuple | set | frozenset):
        return list(value)
    return []
