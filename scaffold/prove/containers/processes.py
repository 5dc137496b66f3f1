"""The processes of a container, orphans and zombies too, as the kernel lists them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scaffold.prove.runtime import Runtime

PROC = Path("/proc")


@dataclass(frozen=True)
class Process:
    """A process: PIDs as the engine's machine numbers them, its state (Z is a zombie), and what it may do."""

    pid: int
    parent: int
    state: str
    command: tuple[str, ...]
    uid: int
    capabilities: int | None = None  # all sets together; None where the engine's machine is another one
    no_new_privileges: bool | None = None

    @property
    def name(self) -> str:
        """The name of its program."""
        return Path(self.command[0]).name if self.command else ""


def processes(runtime: Runtime, container: str, first: int) -> list[Process]:
    """Return the container's PID 1, whose PID outside is `first`, and all that descend from it; PID 1 comes first."""
    if (PROC / str(first) / "status").is_file() and is_in(container, first):
        return _from_proc(first)
    return _from_top(runtime, container)


def mountinfo(container: str, first: int) -> str | None:
    """Return the mounts of a container as its kernel lists them; None where the engine's machine is another one."""
    with suppress(OSError):
        return (PROC / str(first) / "mountinfo").read_text() if is_in(container, first) else None
    return None


def is_in(container: str, pid: int) -> bool:
    """Return whether that PID here is the container's, and not one of a virtual machine where the engine runs."""
    with suppress(OSError):
        return container in (PROC / str(pid) / "cgroup").read_text() or _nested(pid)
    return False


def _nested(pid: int) -> bool:
    """Return whether a process is PID 1 of a PID namespace of its own (cgroup v2 may hide the container's id)."""
    return _status(pid).get("NSpid", [])[-1:] == ["1"] and len(_status(pid)["NSpid"]) > 1


def _status(pid: int) -> dict[str, list[str]]:
    lines = (line.split(":", 1) for line in (PROC / str(pid) / "status").read_text().splitlines())
    return {name: value.split() for name, value in lines}


def _from_proc(first: int) -> list[Process]:
    children: dict[int, list[int]] = {}
    for stat in PROC.glob("[0-9]*/stat"):
        with suppress(OSError):  # it may end while it is read
            children.setdefault(int(stat.read_text().rpartition(")")[2].split()[1]), []).append(int(stat.parent.name))
    found = [first]
    for pid in found:
        found += children.get(pid, [])
    read = []
    for pid in found:
        with suppress(OSError):
            read.append(_read(pid))
    return read


def _read(pid: int) -> Process:
    status = _status(pid)
    capabilities = 0
    for name in ("CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb"):
        capabilities |= int(status[name][0], 16)
    return Process(
        pid=pid,
        parent=int(status["PPid"][0]),
        state=status["State"][0],
        command=tuple((PROC / str(pid) / "cmdline").read_bytes().decode(errors="replace").split("\0")[:-1]),
        uid=int(status["Uid"][1]),
        capabilities=capabilities,
        no_new_privileges=status["NoNewPrivs"] == ["1"],
    )


def _from_top(runtime: Runtime, container: str) -> list[Process]:
    """Call the engine, which looks on its own machine: docker by `ps`, podman by itself, with the container's PIDs."""
    asked = ("pid", "ppid", "state", "huser", "args") if runtime.is_podman else ("-eo", "pid,ppid,stat,uid,args")
    rows = [line.split(None, 4) for line in runtime.call("top", container, *asked).splitlines()[1:]]
    found = [Process(int(r[0]), int(r[1]), r[2][0], tuple(r[4].split()), _uid(r[3])) for r in rows]
    inside = {each.pid for each in found}
    return sorted(found, key=lambda each: (each.parent in inside, each.pid))


def _uid(user: str) -> int:
    """Return the number of a user that podman may give by name: 0 for root, -1 for another one that it knows."""
    return int(user) if user.isdigit() else 0 if user == "root" else -1
