"""Where the commands run that documents, pictures and pages show: an empty folder, beside a home that holds nothing."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from workshop import command
from workshop.goldens import ROOT

COLUMNS = 100
SECONDS = 120
_MARK = "\x1e"
_CURSOR = re.compile(r"\x1b\[\?25[lh]")
_WORK = "/home/ada"  # the path of the stage as it is shown, since the real one is another in each run
_AUTHOR = {"NAME": "Ada", "EMAIL": "ada@example.com"}


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit code."""

    code: int
    output: str
    errors: str


@dataclass(frozen=True)
class Stage:
    """A folder to work in, which is empty at first, and the environment of what runs there."""

    folder: Path
    environment: dict[str, str]

    def run(self, line: str, folder: Path | None = None) -> Ran:
        """Run one command, no shell, in a folder."""
        words = shlex.split(line)
        done = subprocess.run(
            words,
            cwd=folder or self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        return Ran(done.returncode, done.stdout, done.stderr)


@contextmanager
def empty(*, colours: bool = False, only_git: bool = False) -> Iterator[Stage]:
    """Give a stage of its own; with `only_git` no other program than git and scaffold is on its PATH.

    Raises:
        FileNotFoundError: when there is no git.
    """
    with tempfile.TemporaryDirectory(prefix="scaffold-stage-") as home:
        work = Path(home, "work")
        work.mkdir()
        yield Stage(work, _environment(Path(home), colours=colours, only_git=only_git))


def play(commands: Sequence[str], *, colours: bool = False) -> list[str]:
    """Run commands in one shell on an empty stage; return what each prints, both streams as one.

    Raises:
        RuntimeError: when one ends the shell, as `quietly` makes a command do that fails.
    """
    script = "\n".join(["exec 2>&1", *(f"printf '\\036'\n{each}" for each in commands), "exit 0"])
    with empty(colours=colours) as stage:
        done = command.run(["sh", "-c", script], seconds=SECONDS, cwd=stage.folder, env=stage.environment)
    if done.returncode != 0:
        raise RuntimeError(done.stdout[-8000:])
    return [tidy(each.replace(str(stage.folder), _WORK)) for each in done.stdout.split(_MARK)[1:]]


def quietly(words: str) -> str:
    """Return a command that must succeed, and of which nothing is shown."""
    return f"{{ {words}\n}} || exit 1"


def write(file: str, content: str) -> str:
    """Return the command that writes a file."""
    folder = shlex.quote(str(Path(file).parent))
    return quietly(f"mkdir -p {folder} && printf %s {shlex.quote(content)} > {shlex.quote(file)}")


def _environment(home: Path, *, colours: bool, only_git: bool) -> dict[str, str]:
    """Return an environment in which nobody's settings count: neither a user's, nor those of a surrounding test."""
    programs = _programs(home)
    terminal = {"FORCE_COLOR": "1", "TTY_INTERACTIVE": "0"} if colours else {"NO_COLOR": "1"}
    git = {f"GIT_{who}_{key}": value for who in ("AUTHOR", "COMMITTER") for key, value in _AUTHOR.items()}
    settings = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": str(home / "gitconfig"), "GIT_PAGER": "cat"}
    (home / "gitconfig").write_text(f"[color]\n\tui = {'always' if colours else 'never'}\n")
    return {
        "PATH": str(programs) if only_git else f"{programs}{os.pathsep}{os.environ['PATH']}",
        "HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "LC_ALL": "C.UTF-8",
        "COLUMNS": str(COLUMNS),
        **terminal,
        **git,
        **settings,
    }


def _programs(home: Path) -> Path:
    """Return a folder that holds git, and the scaffold of this work tree."""
    programs, git = home / "bin", shutil.which("git")
    if git is None:
        raise FileNotFoundError("git")
    programs.mkdir()
    (programs / "git").symlink_to(git)
    scaffold = programs / "scaffold"
    scaffold.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m scaffold "$@"\n')
    scaffold.chmod(0o755)
    return programs


def tidy(output: str) -> str:
    """Return output as it looks: without blanks at the ends of lines, tabs, and what hides a terminal's cursor."""
    return "".join(f"{line.rstrip()}\n" for line in _CURSOR.sub("", output).expandtabs().splitlines())
