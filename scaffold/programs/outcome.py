"""How a program is named and bounded, how it ended, and why it could not be started."""

from __future__ import annotations

import errno
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

MIB = 1024 * 1024

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
        """Why it failed, in its own words: what it wrote to stderr, otherwise to stdout."""
        return (self.stderr or self.stdout).decode(errors="replace")


def operand(word: str | Path) -> str:
    """Return a word that a program can't read as an option: a path begins with `./` where it would look like one.

    Raises:
        ProgramError: when it is text that begins with `-`, or holds NUL.
    """
    text = os.fspath(word)
    if "\0" in text:
        raise ProgramError(f"{text!r} contains a NUL character.")
    if not text.startswith("-"):
        return text
    if isinstance(word, Path):
        return f".{os.sep}{text}"
    raise ProgramError(f"{text!r} begins with -, so a program would read it as an option.")


def not_started(error: OSError | ValueError, folder: Path | None = None) -> ProgramError:
    """Return why a program was not started; a folder that is gone looks like a program that is missing."""
    if not isinstance(error, OSError):  # NUL in a word
        return ProgramError(f"can't be started: {error}")
    if error.errno == errno.ENOENT and (folder is None or folder.is_dir()):
        return MissingError("is not installed, or not on the PATH")
    where = f" in {folder}" if folder is not None and not folder.is_dir() else ""
    return ProgramError(f"can't be started{where}: {error.strerror}")
