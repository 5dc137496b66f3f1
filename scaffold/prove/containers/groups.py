"""Reads a process's control groups, in both layouts of the kernel: the unified hierarchy, and one a controller.

https://docs.kernel.org/admin-guide/cgroup-v2.html and https://docs.kernel.org/admin-guide/cgroup-v1/index.html
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scaffold.prove.containers.processes import PROC

GROUPS = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Throttling:
    """How many of the scheduler's periods there were, and in how many the CPU limit stopped the container."""

    periods: int
    throttled: int


@dataclass(frozen=True)
class ControlGroups:
    """The folders of a process's groups: of memory, of CPU time, and the one that a CPU limit is set on."""

    memory: Path
    cpu: Path
    limited: Path
    unified: bool

    @property
    def working_set(self) -> int:
        """Bytes that the kubelet compares with the limit: all but the file cache that can be given back at once.

        https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/#eviction-signals
        """
        current, cache = ("current", "inactive_file") if self.unified else ("usage_in_bytes", "total_inactive_file")
        used = int((self.memory / f"memory.{current}").read_text())
        return max(0, used - _pairs(self.memory / "memory.stat")[cache])

    @property
    def cpu_seconds(self) -> float:
        """CPU seconds since its start."""
        if self.unified:
            return _pairs(self.cpu / "cpu.stat")["usage_usec"] / 1e6
        return int((self.cpu / "cpuacct.usage").read_text()) / 1e9

    @property
    def throttling(self) -> Throttling:
        """How often the CPU limit was felt."""
        stat = _pairs(self.limited / "cpu.stat")
        return Throttling(stat["nr_periods"], stat["nr_throttled"])


def groups_of(pid: int) -> ControlGroups | None:
    """Return a process's control groups, or None where they are out of reach."""
    named: dict[str, str] = {}
    with suppress(OSError):
        for line in (PROC / str(pid) / "cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            named |= {name: path.lstrip("/") for name in controllers.split(",")}
    # In the hybrid layout there is a unified hierarchy too (""), which has no controller.
    if "memory" in named:
        found = {name: GROUPS / name / named[name] for name in ("memory", "cpuacct", "cpu") if name in named}
        if len(found) < 3 or not found["memory"].is_dir():
            return None
        return ControlGroups(found["memory"], found["cpuacct"], found["cpu"], unified=False)
    if "" in named:
        return _unified(GROUPS / named[""])
    return None


def _unified(leaf: Path) -> ControlGroups | None:
    """Return the groups by the nearest that count: an engine may put the process below the group that it limits."""
    above = [leaf, *leaf.parents]
    chain = above[: above.index(GROUPS)] if GROUPS in above else []
    memory = next((each for each in chain if (each / "memory.current").exists()), None)
    if not memory:
        return None
    return ControlGroups(memory, memory, next(filter(_has_limit, chain), memory), unified=True)


def _has_limit(group: Path) -> bool:
    with suppress(OSError):
        return not (group / "cpu.max").read_text().startswith("max")
    return False


def _pairs(file: Path) -> dict[str, int]:
    return {name: int(value) for name, value in (line.split() for line in file.read_text().splitlines())}
