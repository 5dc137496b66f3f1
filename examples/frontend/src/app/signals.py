"""SIGTERM and SIGINT: the first signal starts the stop, the second one forces it."""

import logging
import os
import signal
from collections.abc import Callable
from types import FrameType

log = logging.getLogger(__name__)

TERMINATED = 128 + signal.SIGTERM


def on_stop(callback: Callable[[], object], seconds: float) -> None:
    """Calls back once, and ends the process if it still runs after the seconds.

    Python's signal handlers and the kernel's timer also work when a route blocks the event loop.
    """
    stopping = False

    def stop(_number: int, _frame: FrameType | None) -> None:
        nonlocal stopping
        if stopping:
            os._exit(TERMINATED)
        stopping = True
        signal.setitimer(signal.ITIMER_REAL, seconds)
        callback()

    def too_late(_number: int, _frame: FrameType | None) -> None:
        log.error("shutdown took too long", extra={"seconds": seconds})
        os._exit(1)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGALRM, too_late)
