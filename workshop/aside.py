"""Let a process have only what others leave of the cores: for tests that compute, and don't care how long it takes.

The kernel does it by control groups. They hold for whatever a process starts, also in sessions of their own. Niceness
does not, where the kernel groups processes by session (sched(7), "The autogroup feature").
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

GROUPS = Path("/sys/fs/cgroup")
NAME = "kube-scaffold-aside"
LOWEST = 19
COMMAND_SECONDS = 1800
"""The limit of a command that may run aside: it can be without a core for minutes."""
TEST_SECONDS = 2 * COMMAND_SECONDS


def put_aside(pid: int) -> Path | None:
    """Put a process, and all that it starts from now on, behind all others; return its control group.

    Returns:
        The group's folder, or nothing where this machine permits none. Then the process is only as nice as can be.
    """
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, LOWEST)
        Path(f"/proc/{pid}/autogroup").write_text(str(LOWEST))  # for what stays in its session
    for parent in parents_of(Path("/proc/self/cgroup").read_text() if GROUPS.is_dir() else ""):
        group = parent / NAME
        try:
            group.mkdir(exist_ok=True)
            (group / "cpu.idle").write_text("1")  # Linux 5.15 and newer
            (group / "cgroup.procs").write_text(str(pid))
        except OSError:
            with suppress(OSError):
                group.rmdir()
        else:
            return group
    return None


def parents_of(memberships: str) -> Iterator[Path]:
    """Yield the groups of this process in which one for its child may be made, given /proc/self/cgroup.

    In version 2 a group with processes can have no groups below it, but for the root: its sibling serves as well.
    """
    for line in memberships.splitlines():
        _, controllers, path = line.split(":", 2)
        own = GROUPS / (controllers if controllers else "") / path.lstrip("/")
        if "cpu" in controllers.split(","):
            yield own
        elif not controllers:
            yield from (own.parent, own) if path != "/" else (own,)
