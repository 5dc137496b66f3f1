"""Measure `make dev`: the seconds from a saved change to the first response that has it, in each language."""

from __future__ import annotations

import os
import shutil
import statistics
import tempfile
from pathlib import Path

from tests.generated.makefile import furnish
from tests.support.inner_loop import LANGUAGES, Loop
from workshop import goldens

CHANGES = 5
LIMITS = {"java": 6.0}
LIMIT = 3.0


def median(language: str, folder: Path) -> float:
    """Start the loop, and return the median of the seconds of some changes, after one that warms it up."""
    shutil.copytree(goldens.EXAMPLES / folder.name, folder)
    furnish(folder, language)
    loop = Loop(language, folder, incremental=True)
    try:
        loop.wait(lambda: loop.name() == folder.name, "the service does not respond")
        loop.reload("warm")
        return statistics.median(loop.reload(f"changed-{number}") for number in range(CHANGES))
    finally:
        loop.close()


def main(languages: list[str]) -> int:
    failed = 0
    for language in languages or list(LANGUAGES):
        with tempfile.TemporaryDirectory() as folder:
            found = median(language, Path(folder) / LANGUAGES[language].example)
        limit = LIMITS.get(language, LIMIT)
        failed += found > limit
        load = os.getloadavg()[0]
        verdict = "ok" if found <= limit else "TOO SLOW"
        print(f"{language:<12} {found:6.2f} s  (at most {limit:.0f} s, load {load:.0f})  {verdict}", flush=True)
    return 1 if failed else 0
