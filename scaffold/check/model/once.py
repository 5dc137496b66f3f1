"""What several rules ask of one object, found once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

S = TypeVar("S")
R = TypeVar("R")
Self = TypeVar("Self", bound="Once")


class Once:
    """Keeps what was found in the subjects of a scope, which live as long as it does."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._known: dict[tuple[object, int], Any] = {}

    def once(self: Self, find: Callable[[S, Self], R], subject: S) -> R:
        """Return what `find` finds in a subject of this scope; where several rules ask, it is called once."""
        key = (find, id(subject))
        if key not in self._known:
            self._known[key] = find(subject, self)
        known: R = self._known[key]
        return known
