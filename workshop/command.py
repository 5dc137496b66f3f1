"""Commands with a limit in seconds: then each is killed with all that it started, and its output is shown."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path


class HungError(AssertionError):
    """A command did not end in its time. It is not tried again: that would only take as long once more."""


def run(
    command: Sequence[str | Path],
    *,
    seconds: float,
    cwd: Path | str | None = None,
    env: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run a command and return its exit code and output, both streams as one; nothing is there for it to read."""
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    words = " ".join(map(str, command))
    try:
        output, _ = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        end(process)
        output, _ = process.communicate()
        raise HungError(f"not done within {seconds:.0f} s: {words}\n{output[-8000:]}") from None
    except BaseException:
        end(process)
        process.wait()
        raise
    return subprocess.CompletedProcess(command, process.returncode, output)


def succeed(
    command: Sequence[str | Path],
    *,
    seconds: float,
    cwd: Path | str | None = None,
    env: Mapping[str, str] | None = None,
) -> str:
    """Run a command that must succeed; return what it printed. Raises RuntimeError with the end of it."""
    done = run(command, seconds=seconds, cwd=cwd, env=env)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout[-8000:]}")
    return done.stdout


def offline() -> list[str]:
    """Return what stands before a command that is to run without a network, where this user may take it away."""
    words = ["unshare", "--net"]
    with suppress(FileNotFoundError):
        if subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0:
            return words
    return []


def end(process: subprocess.Popen[str]) -> None:
    """Kill a process that leads a session of its own, with all of its session's group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
