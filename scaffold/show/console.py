"""The terminal: what is printed on it in colours, by rich."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.text import Text

from scaffold.text.printable import printable

_NARROWEST, _USUAL, _WIDEST = 10, 80, 1000
"""Columns; outside these, COLUMNS is not plausible."""


class Screen(Console):
    """A console on which all text is printable, whoever wrote it; rich's own colours and movements stay.

    Text is never markup. A newline in a name is the business of `line`, since here it looks like any other.
    """

    def __init__(self, *, stderr: bool = False, quiet: bool = False) -> None:
        """Take the stream: standard output, or standard error."""
        width = os.environ.get("COLUMNS", "")
        odd = width.isdigit() and not _NARROWEST <= int(width[:9]) <= _WIDEST
        super().__init__(
            stderr=stderr, quiet=quiet, highlight=False, markup=False, emoji=False, width=_USUAL if odd else None
        )

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """Yield what is printed, in pieces."""
        for each in super().render(renderable, options):
            yield each if each.control else Segment(printable(each.text, lines=True), each.style)


def console(*, quiet: bool = False, result: bool = False) -> Screen:
    """Return a console on standard error, for a `result` on standard output.

    rich honours NO_COLOR and FORCE_COLOR, and finds out whether it is a terminal.
    """
    return Screen(stderr=not result, quiet=quiet)


def line(*parts: str | tuple[str, str], style: str = "") -> Text:
    """Return one line of these parts, some with a style: a newline in a name is shown as an escape."""
    shown = (printable(each) if isinstance(each, str) else (printable(each[0]), each[1]) for each in parts)
    return Text.assemble(*shown, style=style)


def compact(value: Any) -> str:
    """Return an answer on one line: text as it is, everything except text as JSON."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
