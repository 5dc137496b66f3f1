"""Bounds of time and memory for what a template computes: an endless loop ends, and so does one that fills all memory.

Where the system has neither timers nor limits (Windows), only what `scaffold.engine.sandbox` refuses is bounded.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from scaffold.errors import TemplateError

SECONDS = 60.0
"""Of computing time, which waits for nobody: the template takes less than one for all its values and files."""

MEMORY = 1024 * 1024 * 1024
"""Bytes beyond what the process has already; the template takes some 50 MiB."""

_PAGES = Path("/proc/self/statm")

_bounded = False


class TimeIsUp(BaseException):
    """The time is over; no `except Exception` on the way holds it up."""


def is_bounded() -> bool:
    """Return whether the caller is inside a block of `bounded`."""
    return _bounded


def reason(error: BaseException) -> str:
    """Return what was too much, to complete `it …`."""
    if isinstance(error, TimeIsUp):
        return f"takes more than {SECONDS:g} s of computing"
    return f"takes more than {MEMORY // (1024 * 1024)} MiB of memory"


@contextmanager
def bounded(what: str) -> Iterator[None]:
    """Bound what the block computes of a template; inside another such block, that one's bounds hold.

    Raises:
        TemplateError: after SECONDS of computing, or when it takes more than MEMORY; `what` begins the sentence.
    """
    global _bounded
    if _bounded or threading.current_thread() is not threading.main_thread():
        yield
        return
    _bounded = True
    try:
        with _memory(), _time():
            yield
    except (TimeIsUp, MemoryError) as error:
        raise TemplateError(f"{what} {reason(error)}.") from error
    finally:
        _bounded = False


@contextmanager
def _time() -> Iterator[None]:
    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)


def _stop(_: int, __: FrameType | None) -> None:
    raise TimeIsUp


@contextmanager
def _memory() -> Iterator[None]:
    if sys.platform != "linux":
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = _data_in_use() + MEMORY
    hardest = [limit for limit in before if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min(wanted, *hardest) if hardest else wanted, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def _data_in_use() -> int:
    """Return the bytes that count for RLIMIT_DATA (`man 5 proc`, statm: the sixth number, in pages)."""
    import resource

    try:
        return int(_PAGES.read_bytes().split()[5]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        return 0
