"""`make dev` of a generated service, in a copy of it: its code is changed, and what it responds is waited for."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import subprocess
import time
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scaffold.prove.ports import free_ports
from tests.real.conformance.service import ask
from tests.real.conformance.stubs import Stub
from tests.real.conformance.subjects import Subject
from workshop import cargo_tools
from workshop.aside import COMMAND_SECONDS
from workshop.machine import BUILD_ENV, CACHE

MARK = "KUBE_SCAFFOLD_INNER_LOOP"
"""A variable that every process of a loop inherits, by which those that are left over are found."""


@dataclass(frozen=True)
class Language:
    """An example, and where its code names the service in its first response."""

    example: str
    file: str
    place: str  # a pattern: its group is the expression of the name


LANGUAGES = {
    "python": Language("frontend", "src/app/api.py", r"service=([^,]+),"),
    "go": Language("frontend-go", "internal/config/config.go", r"const Service = (.+)"),
    "rust": Language("frontend-rust", "src/routes.rs", r"service: (SERVICE),"),
    "typescript": Language("frontend-typescript", "src/routes/overview.ts", r"service: ([^,T]+),"),
    "java": Language("frontend-java", "src/main/java/app/web/OverviewController.java", r"new Overview\(([^,]+),"),
}


class Loop:
    """`make dev`, as somebody runs it in a terminal: Ctrl-C reaches the whole process group."""

    def __init__(self, language: str, folder: Path, incremental: bool = False) -> None:
        """Start it in a furnished folder. Its dependencies are stubs, and `compose` has what compose was called with."""
        self.chosen, self.folder, self.mark = LANGUAGES[language], folder, uuid.uuid4().hex
        self.source = folder / self.chosen.file
        self.whole = self.source.read_text()
        self.port, admin = free_ports(2)
        self.output, self.compose = folder.parent / f"{language}.output", folder.parent / f"{language}.compose"
        upstreams = Subject(self.chosen.example).answers["upstreams"]
        self.stubs = {each["variable"]: Stub(each["name"]) for each in upstreams}
        env = os.environ | BUILD_ENV | {MARK: self.mark, "ADMIN_PORT": str(admin), "PORT_HTTP": str(self.port)}
        env |= {f"{each['variable']}_URL": self._url(each) for each in upstreams}
        env.pop("VIRTUAL_ENV", None)
        if language == "rust":  # a folder of its own: what is compiled by others has the same name
            env |= {"CARGO_TARGET_DIR": str(CACHE / "cargo-dev"), "CARGO_INCREMENTAL": str(int(incremental))}
            env["PATH"] = f"{cargo_tools.watchexec().parent}:{env['PATH']}"
        with self.output.open("wb") as out:
            self.process = subprocess.Popen(
                ["make", "dev", f"CONTAINER={self._recorder()}"],
                cwd=folder,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a shell's background jobs ignore it
            )

    def _url(self, upstream: dict[str, str]) -> str:
        address = f"127.0.0.1:{self.stubs[upstream['variable']].port}"
        return address if upstream["scheme"] == "tcp" else f"http://{address}"

    def _recorder(self) -> Path:
        program = self.folder.parent / "container"
        program.write_text(f'#!/bin/sh\necho "$@" >> {self.compose}\n')
        program.chmod(0o755)
        return program

    def write(self, expression: str) -> None:
        """Save the code with another expression of the name, as an editor does it."""
        match = re.search(self.chosen.place, self.whole)
        assert match, f"{self.chosen.file} has no {self.chosen.place}"
        self.source.write_text(self.whole[: match.start(1)] + expression + self.whole[match.end(1) :])

    def name(self) -> str | None:
        """Return the name that the service responds with, or nothing where it does not respond."""
        with suppress(OSError, http.client.HTTPException, json.JSONDecodeError):
            answer = ask(self.port, "/", timeout=10)
            return str(answer.json.get("service")) if answer.status == 200 else None
        return None

    def wait(self, what: Callable[[], bool], message: str) -> float:
        """Wait for an event, for as long as a command may take; return the seconds that it took."""
        began = time.monotonic()
        while not what():
            assert self.process.poll() is None, f"make dev has ended:\n{self.said()}"
            assert time.monotonic() - began < COMMAND_SECONDS, f"{message}:\n{self.said()}"
            time.sleep(0.02)
        return time.monotonic() - began

    def reload(self, name: str) -> float:
        """Save another name, and wait until the service responds with it; return the seconds that it took."""
        self.write(f'"{name}"')
        return self.wait(lambda: self.name() == name, f"no response has the name {name}")

    def said(self) -> str:
        return self.output.read_text(errors="replace")[-8000:]

    def interrupt(self) -> None:
        """Press Ctrl-C, and wait for the end of make."""
        os.killpg(self.process.pid, signal.SIGINT)
        self.process.wait(COMMAND_SECONDS)

    def left_over(self) -> list[str]:
        """Return the command lines of its processes that still run."""
        found = []
        for process in Path("/proc").iterdir():
            with suppress(OSError):
                if process.name.isdecimal() and f"{MARK}={self.mark}".encode() in (process / "environ").read_bytes():
                    found.append((process / "cmdline").read_text().replace("\0", " ").strip())
        return [line for line in found if line]  # a process that has ended has no command line

    def close(self) -> None:
        """End all of it, also after a failed test."""
        for process in Path("/proc").iterdir():
            with suppress(OSError):
                if process.name.isdecimal() and f"{MARK}={self.mark}".encode() in (process / "environ").read_bytes():
                    os.kill(int(process.name), signal.SIGKILL)
        self.process.wait()
        for stub in self.stubs.values():
            stub.close()
