"""The Procfile: how the code runs on a machine, and what runs beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.adopt import fits, strength
from scaffold.adopt.facts import Fact
from scaffold.adopt.found import Found
from scaffold.adopt.proposal import Place, Proposed

STRENGTH = strength.WORKS

_LINE = re.compile(r"([A-Za-z0-9_-]+):\s*(.+?)\s*")


def facts(found: Found) -> Iterator[Fact]:
    """Yield the command of `web`, and a sentence for each other process."""
    path = f"{found.prefix}Procfile"
    source = found.files.source(path)
    for number, line in enumerate(source.lines if source else (), 1):
        process = _LINE.fullmatch(line)
        if process is None:
            continue
        if process[1] != "web":
            yield f"{path}:{number}: {process[1]} is another process; name it in jobs, or make it a service."
        elif fits.is_line(process[2]):
            yield Proposed("run_command", process[2], "the Procfile has it as web", (Place(path, number),))
        else:
            yield f"{path}:{number}: the command of web has $ or #, which run_command can't have; put it into a script."
