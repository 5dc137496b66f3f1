"""Time commands against each other."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
PYTHON = sys.executable


def seconds(command: list[str], folder: Path | None = None) -> float:
    began = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - began


def medians(rounds: int, *measures: Callable[[int], float]) -> list[float]:
    """Run the measures in turn, `rounds` times after one warm-up; return the median of each."""
    for measure in measures:
        measure(-1)
    times = [[measure(index) for measure in measures] for index in range(rounds)]
    return [statistics.median(column) for column in zip(*times, strict=True)]
