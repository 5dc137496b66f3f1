"""Do a short piece of work in a process of its own, so that killing one of the two stops nothing."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn


def guarded(work: Callable[[], str]) -> str | None:
    """Return what `work` returns, done by a child; None when the child was killed or failed.

    The child has a session of its own, which no terminal interrupts, and goes on when this process is killed. Where the
    system can't fork, the work is done here.
    """
    if not hasattr(os, "fork"):
        return work()
    with _signals_held():
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            _work_and_exit(work, writer)
        os.close(writer)
        with os.fdopen(reader) as answer:
            said = answer.read()
        _, status = os.waitpid(child, 0)
    return said if status == 0 else None


def _work_and_exit(work: Callable[[], str], writer: int) -> NoReturn:
    code = 1
    try:
        os.setsid()
        said = work()
        code = 0
        with suppress(BrokenPipeError):  # nobody waits any more: it is done all the same
            os.write(writer, said.encode(errors="replace"))
    finally:
        os._exit(code)


@contextmanager
def _signals_held() -> Iterator[None]:
    """Hold ^C and similar signals back until the block has ended; by then there is nothing to interrupt."""
    held = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, held)
    try:
        yield
    finally:
        with suppress(KeyboardInterrupt):
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
