"""A container of the service under proof: it gets requests and signals, and is looked into."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import httpx

from scaffold.prove.clock import Clock
from scaffold.prove.containers.processes import Process, is_in, mountinfo, processes
from scaffold.prove.model import Skip
from scaffold.prove.runtime import CommandFailed, Runtime


@dataclass(frozen=True)
class ContainerEnd:
    """How a container ended: its exit code, and the seconds that it took."""

    code: int
    seconds: float


@dataclass(frozen=True)
class RunningContainer:
    """A container that was started; `urls` are where its ports are reached, by their names."""

    id: str
    runtime: Runtime
    clock: Clock
    http: httpx.Client
    urls: Mapping[str, str]
    began: float  # time.monotonic() just before its start

    def inspect(self) -> dict[str, Any]:
        """Return what the runtime knows of it."""
        return self.runtime.inspect("container", self.id)

    @cached_property
    def pid(self) -> int:
        """Its PID 1, as the engine's machine numbers it."""
        return int(self.inspect()["State"]["Pid"])

    @property
    def running(self) -> bool:
        """Whether it still runs; the engine is called only where the kernel can't look."""
        if self.pid and is_in(self.id, self.pid):
            return True
        return bool(self.inspect()["State"]["Running"])

    def processes(self) -> list[Process]:
        """Return its processes, PID 1 first."""
        return processes(self.runtime, self.id, self.pid)

    def logs(self) -> tuple[str, str]:
        """Return what it wrote to stdout and to stderr."""
        done = self.runtime.output("logs", self.id, timeout=self.clock.left(60))
        return done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")

    def last_words(self) -> str:
        """Return the end of what it wrote, for a message."""
        lines = "\n".join(self.logs()).strip().splitlines()
        return re.sub(r"\s+", " ", " | ".join(lines[-3:]))[-400:] or "nothing"

    # --- requests ----------------------------------------------------------------------------------------------------

    def ask(self, port: str, path: str, timeout: float = 5) -> httpx.Response | None:
        """Send one request to one of its ports; None without a response."""
        try:
            return self.http.get(self.urls[port] + path, timeout=self.clock.left(timeout))
        except httpx.TransportError:
            return None

    def status(self, port: str, path: str) -> int:
        """Return the status of a response, 0 when there is none."""
        response = self.ask(port, path)
        return response.status_code if response else 0

    def told(self, port: str, path: str, timeout: float = 5) -> str:
        """Return the result of one request for a message: a status, or why there was no response."""
        try:
            return str(self.http.get(self.urls[port] + path, timeout=timeout).status_code)
        except httpx.TransportError as error:
            return f"no response at {self.urls[port]} ({error})"

    # --- signals and end ----------------------------------------------------------------------------------------------

    def signal(self, name: str = "TERM") -> float:
        """Send a signal to its PID 1; return the moment just before (time.monotonic())."""
        now = time.monotonic()
        self.runtime.call("kill", f"--signal={name}", self.id)
        return now

    def wait(self, patience: float) -> ContainerEnd | None:
        """Wait for its end; None when it still runs after `patience` seconds. Counts from now.

        Where the kernel can look, the time is that of the process: an engine that is busy learns of its end later.
        """
        seen = is_in(self.id, self.pid)
        seconds = self.clock.wait_until(
            lambda: not (is_in(self.id, self.pid) if seen else self.running), patience, every=0.05
        )
        if seconds is None:
            return None
        self.clock.wait_until(lambda: not self.running, self.clock.left())
        return ContainerEnd(int(self.inspect()["State"]["ExitCode"]), seconds)

    # --- inside -------------------------------------------------------------------------------------------------------

    def exec(self, *command: str, timeout: float = 30) -> str:
        """Run a command inside, as its user; return what it prints.

        Raises:
            CommandFailed: when it fails, or the image has no such command.
        """
        return self.runtime.call("exec", self.id, *command, timeout=self.clock.left(timeout))

    @cached_property
    def has_shell(self) -> bool:
        """Whether the image has a shell to run experiments in."""
        try:
            self.exec("sh", "-c", ":")
        except CommandFailed:
            return False
        return True

    def changes(self) -> list[str]:
        """Return the paths that were written, changed or deleted in its root file system since its start."""
        return [line.split(maxsplit=1)[1] for line in self.runtime.call("diff", self.id).splitlines()]

    def copy(self, path: str) -> bytes:
        """Return a file or folder of it as a tar archive; nothing when it is gone."""
        done = self.runtime.output("cp", f"{self.id}:{path}", "-", timeout=self.clock.left(60))
        return done.stdout if done.code == 0 else b""

    def mounts(self) -> list[tuple[str, str, bool]]:
        """Return its mounts as (path, type of file system, writable), as the kernel lists them for PID 1."""
        text = mountinfo(self.id, self.pid)
        if text is None:
            try:
                text = self.exec("cat", "/proc/self/mountinfo")
            except CommandFailed:
                raise Skip("its mounts can't be read: the engine runs elsewhere and the image has no `cat`") from None
        found = []
        for line in text.splitlines():
            left, _, right = line.partition(" - ")
            fields = left.split()
            kind, _, options = right.split(" ", 2)
            readonly = "ro" in fields[5].split(",") or "ro" in options.rpartition(" ")[2].split(",")
            found.append((fields[4].encode().decode("unicode_escape"), kind, not readonly))
        return found
