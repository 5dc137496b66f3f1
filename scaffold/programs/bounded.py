"""Starts programs on files that nobody vouches for: bounded in time, memory and output, and without a network."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from scaffold.programs.offline import call_offline
from scaffold.programs.outcome import MIB, Bounds, Done, Process, ProgramError, not_started

_GRACE = 5.0
"""Seconds in which the rest of the output is read once a program and its group have ended."""


def run_bounded(
    command: Sequence[str],
    *,
    bounds: Bounds,
    environment: Mapping[str, str],
    folder: Path | None = None,
    stdin: bytes = b"",
    offline: bool = False,
) -> Done:
    """Run a program on files that nobody vouches for; return how it ended.

    It reads `stdin`, nothing of the terminal. When it takes more than `bounds`, it is ended with all that it started.
    With `offline`, the kernel refuses it a network, where it can (`scaffold.programs.offline`).

    Raises:
        MissingError: when there is no such program.
        ProgramError: when it can't be started or took too much, with a reason that completes `it …`.
    """

    def started() -> Process:
        with _as_file(stdin) as opened:
            return subprocess.Popen(
                list(command),
                cwd=folder,
                env=dict(environment),
                stdin=opened,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                start_new_session=True,
            )

    try:
        process = call_offline(started) if offline else started()
    except (OSError, ValueError) as error:
        raise not_started(error, folder) from error
    try:
        _limit_memory(process.pid, bounds.memory)
        return _watched(process, bounds)
    finally:
        _end(process)


@contextmanager
def _as_file(content: bytes) -> Iterator[int | IO[bytes]]:
    """Yield what a program reads these bytes from, without anybody who has to write them meanwhile."""
    if not content:
        yield subprocess.DEVNULL
        return
    with tempfile.TemporaryFile() as file:
        file.write(content)
        file.seek(0)
        yield file


def _watched(process: subprocess.Popen[bytes], bounds: Bounds) -> Done:
    assert process.stdout is not None and process.stderr is not None
    readers = [_Reader(stream, bounds.output, process) for stream in (process.stdout, process.stderr)]
    for reader in readers:
        reader.start()
    try:
        code = process.wait(bounds.seconds)
    except subprocess.TimeoutExpired as error:
        raise ProgramError(f"did not end within {bounds.seconds:g} s") from error
    if any(reader.over for reader in readers):
        raise ProgramError(f"wrote more than {bounds.output // MIB} MiB")
    _end_group(process.pid)  # what it left running would hold the pipes open
    for reader in readers:
        reader.join(_GRACE)
    if any(reader.is_alive() for reader in readers):
        raise ProgramError("left something running that keeps its output open")
    if any(reader.over for reader in readers):
        raise ProgramError(f"wrote more than {bounds.output // MIB} MiB")
    return Done(code, *(bytes(reader.kept) for reader in readers))


class _Reader(threading.Thread):
    """Keeps what a program writes, and ends it where that gets too much."""

    def __init__(self, stream: IO[bytes], limit: int, process: subprocess.Popen[bytes]) -> None:
        super().__init__(daemon=True)
        self.kept = bytearray()
        self.over = False
        self._stream, self._limit, self._process = stream, limit, process

    def run(self) -> None:
        with suppress(OSError, ValueError):  # the pipe was closed under it
            while chunk := os.read(self._stream.fileno(), 1 << 16):
                if len(self.kept) + len(chunk) > self._limit:
                    self.over = True
                    _end_group(self._process.pid)
                    return
                self.kept += chunk


def _limit_memory(pid: int, limit: int) -> None:
    """Bound a program's data on Linux; elsewhere only its time and output are bounded."""
    if sys.platform == "linux":
        import resource

        with suppress(OSError):  # it has ended already
            resource.prlimit(pid, resource.RLIMIT_DATA, (limit, limit))
            resource.prlimit(pid, resource.RLIMIT_CORE, (0, 0))


def _end(process: subprocess.Popen[bytes]) -> None:
    _end_group(process.pid)
    process.kill()
    process.wait()
    for stream in (process.stdout, process.stderr):
        if stream is not None:
            stream.close()


def _end_group(leader: int) -> None:
    """End a program's whole process group; Windows has none."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, signal.SIGKILL)
