"""Runs the commands that documents and pictures show, one after another, in a home that holds nothing else."""

from __future__ import annotations

import os
import re
import shlex
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from workshop import command
from workshop.goldens import ROOT

COLUMNS = 100
SECONDS = 120
_MARK = "\x1e"
_CURSOR = re.compile(r"\x1b\[\?25[lh]")
_AUTHOR = {"NAME": "Ada", "EMAIL": "ada@example.com"}


def play(commands: Sequence[str], *, colours: bool = False) -> list[str]:
    """Run commands in one shell, whose folder is empty at first; return what each prints, both streams as one.

    Raises:
        RuntimeError: when one ends the shell, as `quietly` makes a command do that fails.
    """
    script = "\n".join(["exec 2>&1", *(f"printf '\\036'\n{each}" for each in commands), "exit 0"])
    with tempfile.TemporaryDirectory(prefix="scaffold-stage-") as folder:
        home = Path(folder)
        work = home / "work"
        work.mkdir()
        done = command.run(["sh", "-c", script], seconds=SECONDS, cwd=work, env=_environment(home, colours))
    if done.returncode != 0:
        raise RuntimeError(done.stdout[-8000:])
    return [_tidy(each) for each in done.stdout.split(_MARK)[1:]]


def quietly(words: str) -> str:
    """Return a command that must succeed, and of which nothing is shown."""
    return f"{{ {words}\n}} || exit 1"


def write(file: str, content: str) -> str:
    """Return the command that writes a file."""
    folder = shlex.quote(str(Path(file).parent))
    return quietly(f"mkdir -p {folder} && printf %s {shlex.quote(content)} > {shlex.quote(file)}")


def _environment(home: Path, colours: bool) -> dict[str, str]:
    """Return an environment in which nobody's settings count: neither a user's, nor those of a surrounding test."""
    programs = home / "bin"
    programs.mkdir()
    scaffold = programs / "scaffold"
    scaffold.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m scaffold "$@"\n')
    scaffold.chmod(0o755)
    terminal = {"FORCE_COLOR": "1", "TTY_INTERACTIVE": "0"} if colours else {"NO_COLOR": "1"}
    git = {f"GIT_{who}_{key}": value for who in ("AUTHOR", "COMMITTER") for key, value in _AUTHOR.items()}
    settings = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": str(home / "gitconfig"), "GIT_PAGER": "cat"}
    (home / "gitconfig").write_text(f"[color]\n\tui = {'always' if colours else 'never'}\n")
    return {
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "LC_ALL": "C.UTF-8",
        "COLUMNS": str(COLUMNS),
        **terminal,
        **git,
        **settings,
    }


def _tidy(output: str) -> str:
    """Return output as it looks: without blanks at the ends of lines, tabs, and what hides a terminal's cursor."""
    return "".join(f"{line.rstrip()}\n" for line in _CURSOR.sub("", output).expandtabs().splitlines())
