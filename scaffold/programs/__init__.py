"""The one way out to other programs: it cleans what they see of us, and bounds what they may take.

No other module starts a program. What a repository names (a folder, a chart, an object) goes through `operand`, so that
no name reaches a program as an option. `environments` tells which module starts what, and what that sees.
"""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from scaffold.programs.environments import bare_environment, users_environment
from scaffold.programs.offline import call_offline

__all__ = [
    "NOTHING",
    "PIPE",
    "Bounds",
    "Done",
    "MissingError",
    "Process",
    "ProgramError",
    "bare_environment",
    "operand",
    "run",
    "run_bounded",
    "start",
    "users_environment",
]

MIB = 1024 * 1024

_GRACE = 5.0
"""Seconds in which the rest of the output is read once a program and its group have ended."""

Process = subprocess.Popen[bytes]
"""A program that `start` has started."""

PIPE, NOTHING = subprocess.PIPE, subprocess.DEVNULL
"""Where a started program reads from or writes to: a pipe to us, or nothing at all."""


class ProgramError(Exception):
    """A program could not be started, or was ended because it took too much; the message completes `it …`."""


class MissingError(ProgramError):
    """There is no such program."""


@dataclass(frozen=True)
class Bounds:
    """What a program may take: `seconds` of time, bytes of `output` on each stream, bytes of `memory` for its data."""

    seconds: float
    output: int = 64 * MIB
    memory: int = 1536 * MIB


@dataclass(frozen=True)
class Done:
    """How a program ended: its exit code, and what it wrote."""

    code: int
    stdout: bytes
    stderr: bytes

    @property
    def text(self) -> str:
        """What it wrote to stdout, as text."""
        return self.stdout.decode(errors="replace")

    @property
    def said(self) -> str:
        """Why it failed, in its own words: what it wrote to stderr, else to stdout."""
        return (self.stderr or self.stdout).decode(errors="replace")


def operand(word: str | Path) -> str:
    """Return a word that a program can't read as an option: a path begins with `./` where it would look like one.

    Raises:
        ProgramError: when it is text that begins with `-`, or holds NUL.
    """
    text = os.fspath(word)
    if "\0" in text:
        raise ProgramError(f"{text!r} holds a NUL character.")
    if not text.startswith("-"):
        return text
    if isinstance(word, Path):
        return f".{os.sep}{text}"
    raise ProgramError(f"{text!r} begins with -, so a program would read it as an option.")


def run(
    command: Sequence[str],
    *,
    folder: Path | None = None,
    environment: Mapping[str, str] | None = None,
    stdin: bytes | IO[bytes] = b"",
    seconds: float | None = None,
) -> Done:
    """Run one of the user's own programs on the user's own work, and return how it ended.

    The environment is `users_environment`, unless another one is given.

    Raises:
        MissingError: when there is no such program.
        ProgramError: when it can't be started, or takes longer than `seconds`; it is ended then.
    """
    given: dict[str, Any] = {"input": stdin} if isinstance(stdin, bytes) else {"stdin": stdin}
    try:
        done: subprocess.CompletedProcess[bytes] = subprocess.run(
            list(command),
            cwd=folder,
            env=users_environment() if environment is None else environment,
            capture_output=True,
            check=False,
            timeout=seconds,
            **given,
        )
    except (OSError, ValueError) as error:
        raise _not_started(error, folder) from error
    except subprocess.TimeoutExpired as error:
        raise ProgramError(f"did not end within {error.timeout:g} s") from error
    return Done(done.returncode, done.stdout, done.stderr)


def start(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    stdin: int | IO[bytes] = subprocess.PIPE,
    stdout: int | IO[bytes] = subprocess.PIPE,
    stderr: int | IO[bytes] = subprocess.DEVNULL,
    own_session: bool = False,
) -> Process:
    """Start a program that goes on while the caller does; the caller ends it.

    The environment is as for `run`. With `own_session`, ^C in the terminal does not reach it.

    Raises:
        MissingError, ProgramError: when it can't be started.
    """
    try:
        return subprocess.Popen(
            list(command),
            env=users_environment() if environment is None else environment,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=own_session,
        )
    except (OSError, ValueError) as error:
        raise _not_started(error) from error


def _not_started(error: OSError | ValueError, folder: Path | None = None) -> ProgramError:
    """Return why a program was not started; a folder that is gone looks like a program that is missing."""
    if not isinstance(error, OSError):  # NUL in a word
        return ProgramError(f"can't be started: {error}")
    if error.errno == errno.ENOENT and (folder is None or folder.is_dir()):
        return MissingError("is not installed, or not on the PATH")
    where = f" in {folder}" if folder is not None and not folder.is_dir() else ""
    return ProgramError(f"can't be started{where}: {error.strerror}")


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
        raise _not_started(error, folder) from error
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
