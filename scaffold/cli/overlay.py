"""What the commands of `scaffold template` have in common: options, and the template that they work on."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from scaffold.cli import options

if TYPE_CHECKING:
    from scaffold.template.work import Platform

folder = partial(
    click.option, "--folder", "-C", type=click.Path(path_type=Path), default=Path(), help="Folder of the template."
)
quiet = click.option("--quiet", "-q", is_flag=True, help="Show errors only.")
json = click.option("--json", "json_", is_flag=True, help="Print the result as JSON.")


def opened(place: Path) -> Platform:
    """Return the platform's template in a folder.

    Raises:
        FileError, VersionError: as `open_platform` does.
    """
    from scaffold.releases.home import Homes
    from scaffold.template.work import open_platform

    return open_platform(place.absolute(), Homes(on_news=options.news(quiet=False)))
