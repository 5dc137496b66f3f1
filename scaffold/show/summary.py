"""The summary of `scaffold new`: every setting with its value and its reason, the user's own answers last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from scaffold.engine.answers import Derived
from scaffold.show.console import line

_ROOM_FOR_A_TABLE = 100
"""Columns below which a table would be hard to read: then it is a list."""


@dataclass(frozen=True)
class Section:
    """Some settings under a heading; a row is a name, a value in words, and where it comes from or why it is so."""

    title: str
    rows: Sequence[tuple[str, str, str]]


def summary(out: Console, sections: Sequence[Section]) -> None:
    """Show sections of settings, the last one nearest to the prompt that follows."""
    if out.width >= _ROOM_FOR_A_TABLE:
        _table(out, sections, ("Setting", "Value", "Why"))
    else:
        _list(out, sections)


def numbers(out: Console, derived: Iterable[Derived]) -> None:
    """Show the numbers that follow from the answers, each with its pattern and reason."""
    rows = [(each.name, each.value, f"{each.pattern}: {each.reason}") for each in derived]
    summary(out, [Section("Numbers that follow", rows)])


def _table(out: Console, sections: Sequence[Section], columns: tuple[str, str, str]) -> None:
    table = Table(*columns, header_style="bold")
    for section in sections:
        table.add_row(line(section.title, style="bold"))
        for name, value, why in section.rows:
            table.add_row(line(f"  {name}"), line(value), line(why, style="dim"))
        table.add_section()
    out.print(table)


def _list(out: Console, sections: Sequence[Section]) -> None:
    for section in sections:
        out.print(line(section.title, style="bold"))
        for name, value, why in section.rows:
            out.print(Padding(line(f"{name}: {value} ", (f"({why})", "dim")), (0, 0, 0, 2)))
