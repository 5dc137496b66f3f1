"""How a command prints: without rich, which takes longer to load than many a command runs."""

from __future__ import annotations

from typing import Any

import click

from scaffold.text.printable import printable, to_json


def say(text: str, *, error: bool = False) -> None:
    """Print one line on standard output, or on standard error; a newline in a name is shown, and begins none."""
    click.echo(printable(text), err=error)


def say_block(text: str) -> None:
    """Print several whole lines on standard error."""
    click.echo(printable(text, lines=True, tabs=True), nl=False, err=True)


def say_json(value: Any) -> None:
    """Print a value as JSON on standard output."""
    say_report(to_json(value) + "\n")


def say_report(text: str) -> None:
    """Print what another program reads on standard output, as UTF-8 wherever the user is."""
    click.echo(text.encode(), nl=False)
