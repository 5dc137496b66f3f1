"""Measure commands against each other, in seconds of the processor, which other programs change little."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from scaffold.releases.history import installed

ROOT = Path(__file__).parents[1]
PYTHON = sys.executable


def processor_seconds() -> float:
    """Return what this process and all that it started have used."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)


def seconds(command: list[str], folder: Path | None = None, environment: Mapping[str, str] | None = None) -> float:
    """Run a command; return what it and all that it started have used."""
    began = processor_seconds()
    done = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with exit code {done.returncode}: {done.stdout}{done.stderr}")
    return processor_seconds() - began


def released_answers(version: str, example: str) -> str:
    """Return the answers of an example as a release has them: by the commit in releases.yml, since clones lack tags."""
    path = f"{installed().resolve(version).commit}:examples/{example}.yml"
    return subprocess.check_output(["git", "show", path], cwd=ROOT, text=True)


def medians(rounds: int, *measures: Callable[[int], float]) -> list[float]:
    """Run the measures in turn, `rounds` times after one warm-up; return the median of each."""
    return [statistics.median(column) for column in _columns(rounds, measures)]


def least(rounds: int, *measures: Callable[[int], float]) -> list[float]:
    """Do the same; return the least of each: for differences, because whatever disturbs a measure adds to it."""
    return [min(column) for column in _columns(rounds, measures)]


def _columns(rounds: int, measures: Sequence[Callable[[int], float]]) -> list[tuple[float, ...]]:
    for measure in measures:
        measure(-1)
    times = [[measure(index) for measure in measures] for index in range(rounds)]
    return list(zip(*times, strict=True))
