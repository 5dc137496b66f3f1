"""How far long work is, as a bar on standard error."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn


class OnStep(Protocol):
    """Shows how many of how many steps are done."""

    def __call__(self, done: int, total: int, /) -> None:
        """Show it."""


@contextmanager
def progress(out: Console, label: str) -> Iterator[OnStep]:
    """Show a bar while the block runs, where there is a terminal."""
    bar = Progress(
        TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), console=out, transient=True
    )
    bar.disable = not out.is_terminal or out.quiet
    with bar:
        task = bar.add_task(label, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


@contextmanager
def late_progress(label: str, seconds: float = 1.0) -> Iterator[OnStep]:
    """Show a bar on standard error while the block runs, where there is a terminal and it takes longer than `seconds`.

    Steps may come from several threads, one at a time.
    """
    from scaffold.show.console import console

    began = time.monotonic()
    with ExitStack() as stack:
        shown: list[OnStep] = []

        def on_step(done: int, total: int) -> None:
            if not shown and time.monotonic() - began >= seconds:
                shown.append(stack.enter_context(progress(console(), label)))
            for each in shown:
                each(done, total)

        yield on_step
