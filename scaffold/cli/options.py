"""Options that several commands have; each says by `help` what it means there."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

import click

from scaffold.cli import complete

data = partial(click.option, "--data", "-d", multiple=True, metavar="KEY=VALUE", shell_complete=complete.pair)
version = partial(click.option, "--vcs-ref", "-r", metavar="VERSION", shell_complete=complete.version)
answers = partial(click.option, "--answers", "answers_file", type=click.Path(path_type=Path), metavar="FILE")
template = partial(click.option, "--template", "template", metavar="URL|PATH[@VERSION]")
offline = click.option(
    "--offline", is_flag=True, help="Contact no other host: use the versions of the template that this machine has."
)


def news(*, quiet: bool) -> Callable[[str], None]:
    """Return what shows a sentence about a template that is fetched; nothing where the user wants it quiet."""
    from scaffold.show.say import say

    return lambda text: None if quiet else say(text, error=True)
