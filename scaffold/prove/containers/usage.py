"""What a container uses of memory and CPU, from its control group or, where that is out of reach, from the engine."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from scaffold.prove.containers.container import Container
from scaffold.prove.containers.processes import PROC, is_in
from scaffold.prove.runtime import CommandFailed

GROUPS = Path("/sys/fs/cgroup")
EVERY = 0.2
"""Seconds between two looks."""


@dataclass(frozen=True)
class Usage:
    """One look: bytes of the working set, and CPU seconds since the start; None where only a share is known."""

    memory: float
    cpu_seconds: float | None
    cpu_share: float | None = None  # cores, as the engine tells them


@dataclass(frozen=True)
class Throttling:
    """How many of the scheduler's periods there were, and in how many the CPU limit stopped the container."""

    periods: int
    throttled: int


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

    def __init__(self, container: Container) -> None:
        """Find its control groups."""
        self._container = container
        self._groups = _groups(container) if is_in(container.id, container.pid) else {}

    def read(self) -> Usage | None:
        """Look once; None when nothing can be read (it may have ended)."""
        with suppress(OSError, KeyError, ValueError, CommandFailed):
            if "" in self._groups and (self._groups[""] / "memory.current").exists():
                return _unified(self._groups[""])
            if "memory" in self._groups:
                return _separate(self._groups)
            return _from_engine(self._container)
        return None

    def throttling(self) -> Throttling | None:
        """Return how often the CPU limit was felt; None where that is out of reach."""
        with suppress(OSError, KeyError, ValueError):
            stat = _pairs((self._groups.get("cpu") or self._groups[""]) / "cpu.stat")
            return Throttling(stat["nr_periods"], stat["nr_throttled"])
        return None


@contextmanager
def sampled(container: Container) -> Iterator[Samples]:
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


def _groups(container: Container) -> dict[str, Path]:
    """Return its control groups by controller; the one of "" is that of the unified hierarchy (version 2)."""
    found = {}
    with suppress(OSError):
        for line in (PROC / str(container.pid) / "cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            for name in controllers.split(","):
                found[name] = GROUPS / name / path.lstrip("/")
    return found


def _pairs(file: Path) -> dict[str, int]:
    return {name: int(value) for name, value in (line.split() for line in file.read_text().splitlines())}


# The working set is what the kubelet compares with the limit: all but the file cache that can be given back at once.
# https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/#eviction-signals


def _unified(group: Path) -> Usage:
    used = int((group / "memory.current").read_text()) - _pairs(group / "memory.stat")["inactive_file"]
    return Usage(max(0, used), _pairs(group / "cpu.stat")["usage_usec"] / 1e6)


def _separate(groups: dict[str, Path]) -> Usage:
    memory = groups["memory"]
    used = int((memory / "memory.usage_in_bytes").read_text()) - _pairs(memory / "memory.stat")["total_inactive_file"]
    return Usage(max(0, used), int((groups["cpuacct"] / "cpuacct.usage").read_text()) / 1e9)


UNITS = {"B": 1, "KB": 1e3, "MB": 1e6, "GB": 1e9, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}


def _from_engine(container: Container) -> Usage:
    told = container.runtime.call("stats", "--no-stream", "--format={{.MemUsage}} {{.CPUPerc}}", container.id)
    found = re.match(r"([\d.]+)\s*(\w+)\s*/.*\s([\d.]+)%", told)
    if not found:
        raise ValueError(told)
    return Usage(float(found[1]) * UNITS[found[2].upper()], None, float(found[3]) / 100)
