"""Starts the user's own programs on the user's own work."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from scaffold.programs.environments import users_environment
from scaffold.programs.outcome import Done, Process, ProgramError, not_started


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
        raise not_started(error, folder) from error
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
        raise not_started(error) from error
