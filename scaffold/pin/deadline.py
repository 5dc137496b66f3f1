"""A deadline for a whole piece of work, whatever it waits for: names, connections, bytes that drip, other programs."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import TypeVar

T = TypeVar("T")


class LateError(Exception):
    """The deadline has passed."""


class Deadline:
    """A moment: `seconds` from now."""

    def __init__(self, seconds: float) -> None:
        """Count from now."""
        self.seconds = seconds
        self._end = time.monotonic() + seconds

    def left(self, most: float = float("inf")) -> float:
        """Return the seconds until then, and `most` where that is less.

        Raises:
            LateError: when there are none.
        """
        if (left := self._end - time.monotonic()) <= 0:
            raise LateError
        return min(left, most)


def within(seconds: float, work: Callable[[Deadline], T]) -> T:
    """Return what `work` returns, or raise what it raises, within so many seconds.

    No read of a socket and no look-up of a name can be ended from outside, so the work has a thread of its own. When
    it is late, that is left behind: it ends by itself when it looks at its deadline, at the latest with the process.

    Raises:
        LateError: when it takes longer.
    """
    outcome: SimpleQueue[tuple[T | None, BaseException | None]] = SimpleQueue()
    deadline = Deadline(seconds)

    def run() -> None:
        try:
            outcome.put((work(deadline), None))
        except BaseException as error:  # handed to the caller's thread, which raises it
            outcome.put((None, error))

    threading.Thread(target=run, daemon=True).start()
    try:
        found, error = outcome.get(timeout=seconds)
    except Empty:
        raise LateError from None
    if error is not None:
        raise error
    return found  # type: ignore[return-value]
