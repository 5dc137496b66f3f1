"""Builds images and runs containers by buildah and podman, as close to a pod as can be: read-only, no capabilities."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workshop import standins
from workshop.command import succeed
from workshop.machine import CACHE, mounts, write

TOOLS = ("buildah", "podman", "runc", "mmdebstrap")
# runc and cgroupfs need no systemd; the limits fit a machine whose own are low.
SETTINGS = """\
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
log_driver = "k8s-file"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"""


def missing(*languages: str) -> str | None:
    """Tell why no container can run here, or no image of these languages be built; nothing where they can."""
    if os.geteuid() != 0:
        return "containers: needs root"
    absent = [tool for tool in TOOLS if not shutil.which(tool)]
    if absent:
        return f"containers: {', '.join(absent)} not found; workshop/install-system installs them"
    return next((f"containers: {reason}" for each in languages if (reason := standins.missing(each))), None)


def environment() -> dict[str, str]:
    """Return the variables with which podman and buildah run here."""
    settings = CACHE / "settings" / "containers.conf"
    if not settings.exists() or settings.read_text() != SETTINGS:
        write(settings, SETTINGS)
    return {**os.environ, "CONTAINERS_CONF": str(settings)}


def podman(*words: str | Path, check: bool = True, timeout: float = 60) -> subprocess.CompletedProcess[str]:
    """Run podman; raise RuntimeError when it fails, if `check` is set."""
    done = subprocess.run(
        ["podman", *words], env=environment(), capture_output=True, text=True, check=False, timeout=timeout
    )
    if check and done.returncode != 0:
        raise RuntimeError(f"podman {' '.join(map(str, words))}: exit code {done.returncode}\n{done.stderr}")
    return done


# --- images -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Built:
    """An image that was built: its reference, its id, and what the build said."""

    reference: str
    id: str
    log: str

    @property
    def config(self) -> dict[str, Any]:
        """The image's configuration: user, entry point, environment, labels."""
        config: dict[str, Any] = json.loads(podman("image", "inspect", self.id).stdout)[0]["Config"]
        return config


@contextmanager
def files(image: str) -> Iterator[Path]:
    """Mount an image's file system, to look at it."""
    mounted = podman("image", "mount", image).stdout.strip()
    try:
        yield Path(mounted)
    finally:
        podman("image", "unmount", image, check=False)


def build(folder: Path, language: str, reference: str, arguments: Mapping[str, str] | None = None) -> Built:
    """Build the image of a generated service on this machine's stand-ins for its base images."""
    given = standins.build_arguments(language) | dict(arguments or {})
    identity = CACHE / "settings" / f"image-{os.getpid()}"
    command = [
        *("buildah", "bud", "--layers", "--network=host", "--isolation=chroot", "--format=oci"),
        *(f"--volume={here}:{there}:ro" for here, there in mounts().items()),
        *(f"--build-arg={name}={value}" for name, value in given.items()),
        *(f"--iidfile={identity}", f"--tag={reference}", str(folder)),
    ]
    log = succeed(command, env=environment(), seconds=900)
    text = identity.read_text().removeprefix("sha256:")
    identity.unlink()
    return Built(reference, text, log)


# --- containers -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stopped:
    """How a container ended: its exit code and the seconds from the signal to the end."""

    code: int
    seconds: float


@dataclass(frozen=True)
class Container:
    """A running container."""

    id: str

    @property
    def pid(self) -> int:
        """The process that is PID 1 inside, as this machine numbers it."""
        return int(self.inspect("{{.State.Pid}}"))

    @property
    def running(self) -> bool:
        """Whether it runs."""
        return self.inspect("{{.State.Running}}") == "true"

    def inspect(self, format_: str) -> str:
        """Return what podman knows of it, in a format of Go templates."""
        return podman("inspect", "--format", format_, self.id).stdout.strip()

    def logs(self) -> tuple[str, str]:
        """Return what it wrote to stdout and to stderr."""
        done = podman("logs", self.id)
        return done.stdout, done.stderr

    def exec(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command inside it, as its user."""
        return podman("exec", self.id, *command, check=False)

    def pids(self) -> list[int]:
        """Return PID 1 of the container and all that descend from it, as this machine numbers them."""
        first = self.pid
        children: dict[int, list[int]] = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # it may end while it is read
                children.setdefault(int(stat.read_text().rpartition(")")[2].split()[1]), []).append(
                    int(stat.parent.name)
                )
        found = [first]
        for pid in found:
            found += children.get(pid, [])
        return found

    def processes(self) -> list[Process]:
        """Return PID 1 of the container and all that descend from it, orphans and zombies too."""
        return sorted(map(Process.read, self.pids()), key=lambda process: process.inside)

    def kill(self, number: int = signal.SIGTERM) -> None:
        """Send it a signal."""
        podman("kill", "--signal", str(int(number)), self.id)

    def wait(self, patience: float = 60) -> int:
        """Wait for its end and return its exit code."""
        return int(podman("wait", self.id, timeout=patience).stdout)

    def stop(self, number: int = signal.SIGTERM, patience: float = 60) -> Stopped:
        """Send it a signal and wait for its end."""
        began = time.monotonic()
        self.kill(number)
        return Stopped(self.wait(patience), time.monotonic() - began)


@dataclass(frozen=True)
class Process:
    """A process inside a container, as the kernel tells it."""

    inside: int  # its PID in the container
    parent: int  # its parent's PID on this machine
    command: tuple[str, ...]
    uids: tuple[int, ...]
    gids: tuple[int, ...]
    capabilities: int  # the effective, permitted, inheritable, bounding and ambient ones together
    no_new_privileges: bool

    @classmethod
    def read(cls, pid: int) -> Process:
        """Read a process of this machine by its PID."""
        folder = Path("/proc") / str(pid)
        lines = (line.split(":", 1) for line in (folder / "status").read_text().splitlines())
        status = {name: value.split() for name, value in lines}
        capabilities = 0
        for name in ("CapEff", "CapPrm", "CapInh", "CapBnd", "CapAmb"):
            capabilities |= int(status[name][0], 16)
        return cls(
            inside=int(status["NSpid"][-1]),
            parent=int(status["PPid"][0]),
            command=tuple((folder / "cmdline").read_bytes().decode().split("\0")[:-1]),
            uids=tuple(map(int, status["Uid"])),
            gids=tuple(map(int, status["Gid"])),
            capabilities=capabilities,
            no_new_privileges=status["NoNewPrivs"] == ["1"],
        )


def options(env: Mapping[str, str], writable: Mapping[str, str]) -> list[str]:
    """Return the options of a run under Pod Security `restricted`; `writable` maps path to size."""
    sizes = {path: size.replace("Mi", "m").replace("Gi", "g").replace("Ki", "k") for path, size in writable.items()}
    return [
        *("--network=host", "--read-only", "--read-only-tmpfs=false"),
        *("--cap-drop=all", "--security-opt=no-new-privileges"),
        *(f"--tmpfs={path}:rw,nosuid,nodev,mode=1777,size={size}" for path, size in sizes.items()),
        *(f"--env={name}={value}" for name, value in env.items()),
    ]


@contextmanager
def run(
    image: str,
    *,
    env: Mapping[str, str],
    writable: Mapping[str, str],
    command: Sequence[str] = (),
) -> Iterator[Container]:
    """Run an image; the container is gone at the end, whatever happened."""
    container = Container(podman("run", "--detach", *options(env, writable), image, *command).stdout.strip())
    try:
        yield container
    finally:
        podman("rm", "--force", "--time=0", container.id, check=False)
