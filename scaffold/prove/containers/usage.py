"""What a container uses of memory and CPU, from its control group or, where that is out of reach, from the engine."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from scaffold.prove.containers.container import RunningContainer
from scaffold.prove.containers.groups import Throttling, groups_of
from scaffold.prove.containers.processes import is_in
from scaffold.prove.runtime import CommandFailed

EVERY = 0.2
"""Seconds between two looks."""


@dataclass(frozen=True)
class Usage:
    """One look: bytes of the working set, and CPU seconds since the start; None where only a share is known."""

    memory: float
    cpu_seconds: float | None
    cpu_share: float | None = None  # cores, as the engine reports them


@dataclass
class Samples:
    """What was seen over time: (seconds, bytes) and (seconds, cores)."""

    memory: list[tuple[float, float]] = field(default_factory=list)
    cpu: list[tuple[float, float]] = field(default_factory=list)

    @property
    def peak(self) -> float:
        """The most bytes that were seen."""
        return max((value for _, value in self.memory), default=0.0)

    @property
    def mean_cpu(self) -> float:
        """The cores that were used on average."""
        return sum(value for _, value in self.cpu) / len(self.cpu) if self.cpu else 0.0


class Meter:
    """Reads a container's usage."""

    def __init__(self, container: RunningContainer) -> None:
        """Find its control groups."""
        self._container = container
        self._groups = groups_of(container.pid) if is_in(container.id, container.pid) else None

    def read(self) -> Usage | None:
        """Look once; None when nothing can be read (it may have ended)."""
        with suppress(OSError, KeyError, ValueError, CommandFailed):
            if self._groups:
                return Usage(self._groups.working_set, self._groups.cpu_seconds)
            return _from_engine(self._container)
        return None

    def throttling(self) -> Throttling | None:
        """Return how often the CPU limit was felt; None where that is out of reach."""
        with suppress(OSError, KeyError, ValueError):
            return self._groups.throttling if self._groups else None
        return None


@contextmanager
def sampled(container: RunningContainer) -> Iterator[Samples]:
    """Look at a container's usage while the block runs."""
    samples, ended, meter = Samples(), threading.Event(), Meter(container)

    def look() -> None:
        began, last = time.monotonic(), None
        while not ended.is_set():
            now, usage = time.monotonic(), meter.read()
            if usage:
                samples.memory.append((now - began, usage.memory))
                if usage.cpu_share is not None:
                    samples.cpu.append((now - began, usage.cpu_share))
                elif last and usage.cpu_seconds is not None:
                    samples.cpu.append((now - began, (usage.cpu_seconds - last[1]) / (now - last[0])))
                last = (now, usage.cpu_seconds or 0.0)
            ended.wait(EVERY)

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield samples
    finally:
        ended.set()
        thread.join(10)


UNITS = {"B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}


def _from_engine(container: RunningContainer) -> Usage:
    told = container.runtime.call("stats", "--no-stream", "--format={{.MemUsage}} {{.CPUPerc}}", container.id)
    found = re.match(r"([\d.]+)\s*(\w+)\s*/.*\s([\d.]+)%", told)
    if not found:
        raise ValueError(told)
    return Usage(float(found[1]) * UNITS[found[2].upper()], None, float(found[3]) / 100)
