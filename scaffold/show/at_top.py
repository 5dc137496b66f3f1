"""What the user sees of files at the top of a repository that a service in a folder needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from rich.console import Console

from scaffold.files.at_top import block
from scaffold.show.console import line


def written(out: Console, top: Path, paths: Iterable[str]) -> None:
    """Print which files at the top are new, or have more lines."""
    out.print(line(f"At the top of the repository ({top}):", style="bold"), soft_wrap=True)
    for path in paths:
        out.print(line(f"  {path}"), soft_wrap=True)


def by_hand(out: Console, files: Mapping[str, bytes]) -> None:
    """Print what the user adds to files that are there already, and that can't be changed safely."""
    for path, content in files.items():
        out.print(line(f"{path} stays as it is. Add what it lacks of this:", style="bold"), soft_wrap=True)
        for text in block(content).splitlines():
            out.print(line(f"  {text}"), soft_wrap=True)
