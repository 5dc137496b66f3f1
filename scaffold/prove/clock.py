"""The time that an experiment has: everything in it that waits, waits by its clock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class OutOfTime(Exception):  # noqa: N818 - a result, not an error
    """The experiment's time is up."""


class Stopped(Exception):  # noqa: N818 - not an error
    """The user has interrupted the run."""


class Clock:
    """Counts down an experiment's seconds; ends every wait when they are over or when the run is stopped."""

    def __init__(self, seconds: float, stop: threading.Event | None = None) -> None:
        """Start counting."""
        self.seconds = seconds
        self._stop = stop or threading.Event()
        self._began = time.monotonic()

    def again(self, seconds: float | None = None) -> Clock:
        """Return a clock that starts now, with the same seconds or others, and ends with the same run."""
        return Clock(self.seconds if seconds is None else seconds, self._stop)

    @property
    def elapsed(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self._began

    def left(self, at_most: float = 3600) -> float:
        """Return the seconds that are left, `at_most` those.

        Raises:
            OutOfTime: when none are left.
            Stopped: when the run is stopped.
        """
        if self._stop.is_set():
            raise Stopped
        left = self.seconds - self.elapsed
        if left <= 0:
            raise OutOfTime(f"not done within {self.seconds:g} s")
        return min(left, at_most)

    def sleep(self, seconds: float) -> None:
        """Sleep; see `left` for what ends it early."""
        until = time.monotonic() + seconds
        while (rest := until - time.monotonic()) > 0:
            self._stop.wait(self.left(rest))
        self.left()

    def wait_until(self, what: Callable[[], bool], patience: float, every: float = 0.02) -> float | None:
        """Return the seconds until `what()` held, or None when it did not within `patience` seconds."""
        began = time.monotonic()
        while not what():
            if time.monotonic() - began > patience:
                return None
            self.sleep(every)
        return time.monotonic() - began
