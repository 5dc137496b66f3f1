"""How long the tests took, file by file: `./dev times [SUITE]...`, after a run of all tests.

CPU seconds are those of the test's own process and of all that it started and waited for. What runs on in a container
or in the cluster is not in them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

from workshop.machine import CACHE

TIMES = CACHE / "times"
"""Where each suite leaves how long each of its tests took, as JUnit's XML: what to look at when a run is slow."""

PROPERTY = "cpu"
"""The name of a test's property that holds its CPU seconds."""


@dataclass(frozen=True)
class Took:
    """What all tests of a file took, in seconds by the wall clock and in CPU seconds."""

    file: str
    tests: int
    wall: float
    cpu: float


def cpu_seconds() -> float:
    """Return the CPU seconds of this process until now, and of its children that have ended."""
    return sum(os.times()[:4])


def read(report: Path) -> list[Took]:
    """Sum up a report by file; what took most of the CPU comes first."""
    found: dict[str, list[tuple[float, float]]] = {}
    for test in ElementTree.parse(report).iter("testcase"):
        properties = {each.get("name"): each.get("value") or "0" for each in test.iter("property")}
        took = float(test.get("time") or 0), float(properties.get(PROPERTY, "0"))
        found.setdefault(test.get("classname") or "", []).append(took)
    files = [Took(file, len(took), *map(sum, zip(*took, strict=True))) for file, took in found.items()]
    return sorted(files, key=lambda each: (-each.cpu, -each.wall, each.file))


def lines(suites: Sequence[str], folder: Path = TIMES) -> Iterator[str]:
    """Yield a table of each suite with a report in the folder, or of those that are named."""
    for report in sorted(folder.glob("*.xml")):
        if suites and report.stem not in suites:
            continue
        files = read(report)
        yield f"\n{report.stem}: {sum(each.cpu for each in files):.0f} s of CPU in {len(files)} files"
        yield "     CPU    wall  tests  file"
        for each in files:
            yield f"{each.cpu:8.1f}{each.wall:8.1f}{each.tests:7}  {each.file}"


if __name__ == "__main__":
    print("\n".join(lines(sys.argv[1:])))
