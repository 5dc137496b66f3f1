"""The figures of the afternoon, and the table of bench/README.md that has them."""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.afternoon.jobs import JOBS, Job
from bench.afternoon.shell import shell
from bench.measure import ROOT

HEAD = """\
| job | keys at questions | keys of commands | files by hand | seconds |
|---|---|---|---|---|"""
README = ROOT / "bench/README.md"


@dataclass(frozen=True)
class Row:
    """What a job took: `keys` pressed at questions, `typed` as commands, `files` edited by hand; seconds."""

    name: str
    keys: int
    typed: int
    files: int
    seconds: float

    def __str__(self) -> str:
        return f"| {self.name} | {self.keys} | {self.typed} | {self.files} | {self.seconds:.0f} |"

    @property
    def counts(self) -> tuple[int, int, int]:
        """Return what does not depend on the machine."""
        return self.keys, self.typed, self.files


def main(words: Sequence[str]) -> int:
    """Print the table, of all jobs or of those whose name has one of the words."""
    print(HEAD, flush=True)
    for job in JOBS:
        if not words or any(word in job.name for word in words):
            with tempfile.TemporaryDirectory() as folder:
                print(measured(job, Path(folder)), flush=True)
    return 0


def measured(job: Job, folder: Path, *, tools: bool = True) -> Row:
    """Do a job in an empty folder; return what it took. Without the tools, no verb of `make` runs."""
    with shell(folder, tools=tools) as afternoon:
        began = time.perf_counter()
        job.run(afternoon)
        seconds = time.perf_counter() - began
        return Row(job.name, afternoon.keys, afternoon.typed, len(afternoon.files), seconds)


def recorded() -> Iterator[Row]:
    """Yield the rows of the table in bench/README.md."""
    for name, *numbers in re.findall(r"^\| ([^|]+) \| (\d+) \| (\d+) \| (\d+) \| (\d+|-) \|", README.read_text(), re.M):
        keys, typed, files = map(int, numbers[:3])
        yield Row(name, keys, typed, files, float("nan") if numbers[3] == "-" else int(numbers[3]))
