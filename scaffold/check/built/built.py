"""What a tool built, and how far all builds are."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from scaffold.syntax.yaml_nodes import Document

OnStep = Callable[[int, int], None]
"""Gets how many of how many builds are done."""


@dataclass(frozen=True)
class Built:
    """What a kustomization builds to, or a chart renders to; `name` is its folder, as people see it.

    `lacks_parts` where it is deployed with more than could be built, such as a chart that is not in the repository.
    """

    name: str
    documents: Sequence[Document]
    lacks_parts: bool = False


class Steps:
    """Counts the builds of one check, which several threads do."""

    def __init__(self, on_step: OnStep | None = None) -> None:
        """Take what gets the count of steps; nothing does by default."""
        self._on_step = on_step
        self._counting = threading.Lock()
        self._done = self._total = 0

    def expect(self, count: int) -> None:
        """Count on so many more."""
        self._add(0, count)

    def finish(self) -> None:
        """Count one that is done."""
        self._add(1, 0)

    def _add(self, done: int, expected: int) -> None:
        with self._counting:
            self._done += done
            self._total += expected
            if self._on_step:
                self._on_step(self._done, self._total)
