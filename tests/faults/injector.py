"""Builds inject.c, runs scaffold's commands under it, and reads which calls it saw."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from workshop.command import HungError, succeed
from workshop.goldens import ROOT
from workshop.machine import CACHE, locked

SOURCE = Path(__file__).with_name("inject.c")
WARM = Path(__file__).with_name("warm.py")
PROCESSORS = ("x86_64", "aarch64")
SECONDS = 120
"""Far more than any of the commands takes, on a busy machine too."""


@dataclass(frozen=True)
class Call:
    """One changing system call: its number in the run, the program, the call and its file (`from -> to` for two).

    `main` says that scaffold's first process makes it, `room` that it needs room on the disk.
    """

    number: int
    main: bool
    program: str
    name: str
    room: bool
    file: str

    def __str__(self) -> str:
        return f"{self.number} ({self.program}: {self.name} {self.file})"


@dataclass(frozen=True)
class Ended:
    """How a run ended: its exit code, 137 where it was killed, what it wrote, and its calls."""

    code: int
    output: str
    calls: Sequence[Call]


@cache
def missing() -> str | None:
    """Tell why nothing can be injected here, or nothing where it can."""
    if platform.system() != "Linux" or platform.machine() not in PROCESSORS:
        return f"faults are injected on Linux with {' or '.join(PROCESSORS)} only"
    if not shutil.which("cc"):
        return "there is no C compiler (cc), which builds tests/faults/inject.c"
    done = subprocess.run(
        [sys.executable, WARM, library(), "try"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return f"no process can be traced here: {done.stderr.strip()}" if done.returncode else None


@cache
def library() -> Path:
    """Return the injector, built now where this source was not built before."""
    digest = hashlib.sha256(SOURCE.read_bytes()).hexdigest()[:16]
    path = CACHE / "inject" / f"{digest}.so"
    with locked("inject"):
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_suffix(".part")
            flags = ["-shared", "-fPIC", "-O2", "-Wall", "-Wextra", "-Werror"]
            succeed(["cc", *flags, "-o", part, SOURCE], seconds=SECONDS)
            part.rename(path)
    return path


class Injector:
    """Runs commands of the scaffold that `environment` names (PYTHONPATH), each in a process of its own."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._warm: subprocess.Popen[str] | None = None

    def run(
        self, arguments: Sequence[str], number: int, what: str, *, folder: Path, cwd: Path, env: Mapping[str, str]
    ) -> Ended:
        """Run `scaffold ARGUMENTS` and disturb its call of that number below `folder`; inject.c tells what `what` may be.

        Raises:
            HungError: when it does not end.
        """
        log, output = folder.with_suffix(".calls"), folder.with_suffix(".output")
        asked = {
            "arguments": arguments, "number": number, "what": what, "below": [os.path.realpath(folder)],
            "cwd": str(cwd), "env": dict(env), "log": str(log), "output": str(output),
        }  # fmt: skip
        code = self._ask(json.dumps(asked))
        return Ended(code, output.read_text(errors="replace"), _calls(log, os.path.realpath(folder)))

    def _ask(self, line: str) -> int:
        if self._warm is None:
            command = [sys.executable, WARM, library()]
            self._warm = subprocess.Popen(
                command, env=self._environment, cwd=ROOT, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True,
            )  # fmt: skip
        assert self._warm.stdin and self._warm.stdout
        self._warm.stdin.write(line + "\n")
        self._warm.stdin.flush()
        readable, _, _ = select.select([self._warm.stdout], [], [], SECONDS)
        answer = self._warm.stdout.readline() if readable else ""
        if not answer:
            self.close()
            raise HungError(f"no answer within {SECONDS} s: {line}")
        return int(answer)

    def close(self) -> None:
        """End the process, and what it traces."""
        if self._warm is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._warm.pid, signal.SIGKILL)
            self._warm.communicate()
            self._warm = None


def _calls(log: Path, top: str) -> list[Call]:
    calls = []
    for line in log.read_text(errors="surrogateescape").splitlines():
        number, main, name, call, room, file = line.split("\t")
        calls.append(Call(int(number), main == "1", name, call, room == "1", file.replace(f"{top}/", "")))
    return calls
