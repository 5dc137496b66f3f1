"""Options that several commands have; each says by `help` what it means there."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import click

from scaffold.cli import complete

data = partial(click.option, "--data", "-d", multiple=True, metavar="KEY=VALUE", shell_complete=complete.pair)
version = partial(click.option, "--vcs-ref", "-r", metavar="VERSION", shell_complete=complete.version)
answers = partial(click.option, "--answers", "answers_file", type=click.Path(path_type=Path), metavar="FILE")
