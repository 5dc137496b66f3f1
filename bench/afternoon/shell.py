"""The newcomer's shell: commands are typed, files are edited by hand, and both are counted."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pexpect

from bench.measure import ROOT
from tests.prompt.terminal import Terminal
from workshop.history import RECORD, edit, git

NEXT = "99.0.0"
"""The release that the template of this checkout would be."""

PROMPT = r"~(\d+)~ "
PATIENCE = 1800
"""Seconds; a command that takes longer hangs."""


def next_release(folder: Path) -> Path:
    """Make a checkout in which the template of this one is released; the commands run from it. Return its folder."""
    root = folder / "checkout"
    subprocess.run(["git", "clone", "--quiet", "--shared", "--no-checkout", ROOT, root], check=True)
    git(root, "reset", "--quiet")
    parts = (ROOT / name for name in ("releases.yml", "copier.yml", "templates"))
    subprocess.run(["cp", "-r", *parts, root], check=True)
    git(root, "add", "--", "copier.yml", "templates")
    git(root, "commit", "--quiet", "--allow-empty", "--message", NEXT)
    with (root / "releases.yml").open("a") as records:
        records.write(RECORD.format(version=NEXT, commit=git(root, "rev-parse", "HEAD")))
    (root / "scaffold").symlink_to(ROOT / "scaffold")
    return root


@dataclass
class Afternoon:
    """A shell in `folder`. `tools` are those of the services' languages: without them, no verb of `make` runs.

    `keys` were pressed to answer questions, and `typed` to write commands; `files` were edited by hand.
    """

    terminal: Terminal
    folder: Path
    tools: bool
    typed: int = 0
    files: set[Path] = field(default_factory=set)

    @property
    def keys(self) -> int:
        """Return how many keys were pressed at questions."""
        return self.terminal.keys

    def types(self, command: str) -> None:
        """Type a command that asks questions."""
        self.terminal.child.send(f"{command}\r")
        self.typed += len(command) + 1

    def ends(self, code: int = 0) -> str:
        """Wait for the command's end, and expect its exit code; return what it printed."""
        child = self.terminal.child
        child.expect(PROMPT, timeout=PATIENCE)
        printed = str(child.before)
        assert int(child.match[1]) == code, printed[-4000:]
        return printed

    def runs(self, command: str, code: int = 0) -> str:
        """Type a command, and wait for its end."""
        self.types(command)
        return self.ends(code)

    def makes(self, *verbs: str) -> None:
        """Run verbs of a service's Makefile; without the tools, only count what is typed."""
        command = f"make {' '.join(verbs)}"
        if self.tools:
            self.runs(command)
        else:
            self.typed += len(command) + 1

    def edits(self, path: str, place: str, text: str) -> None:
        """Write a text into a file by hand, in the first place that matches."""
        edit(self.folder / path, place, text.replace("\\", r"\\"))
        self.files.add(Path(path))

    def writes(self, path: str, text: str) -> None:
        """Write a file by hand."""
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text)
        self.files.add(Path(path))

    def prepares(self, *words: str, cwd: str = "") -> None:
        """Run `scaffold` or git before a job begins: that is not counted."""
        program = [sys.executable, "-m", *words] if words[0] == "scaffold" else [*words]
        env = self.terminal.child.env
        subprocess.run(program, cwd=self.folder / cwd, env=env, check=True, capture_output=True)

    def begins(self) -> None:
        """Count from here."""
        self.terminal.keys, self.typed = 0, 0
        self.files.clear()


@contextmanager
def shell(folder: Path, *, tools: bool) -> Iterator[Afternoon]:
    """Yield a shell in a new folder there, as a new user has it: no settings, and the checkout's next release."""
    work, programs = folder / "work", folder / "programs"
    for each in (work, programs):
        each.mkdir()
    command = programs / "scaffold"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m scaffold "$@"\n')
    command.chmod(0o755)
    env = _environment(folder, next_release(folder), programs)
    child = pexpect.spawn(
        "bash",
        ["--norc", "--noprofile", "-i"],
        cwd=str(work),
        env=env,
        encoding="utf-8",
        codec_errors="replace",  # the echo of a key can come within a character
        timeout=60,
        dimensions=(60, 160),
    )
    child.delaybeforesend = None
    child.send("bind 'set enable-bracketed-paste off'; PS1='~$?~ '; echo begins\r")
    child.expect(r"begins\r\n" + PROMPT)
    try:
        yield Afternoon(Terminal(child, work), work, tools)
    finally:
        child.close(force=True)


def _environment(folder: Path, checkout: Path, programs: Path) -> dict[str, str]:
    taken = {key: value for key, value in os.environ.items() if key not in _OTHERS}
    identity = {f"GIT_{who}_{what}": "new@example.com" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    own = {f"XDG_{name}_HOME": str(folder / name.lower()) for name in ("CONFIG", "STATE")}
    return {
        **taken,
        **identity,
        **own,
        "PATH": f"{programs}{os.pathsep}{taken['PATH']}",
        "PYTHONPATH": str(checkout),
        "NO_COLOR": "1",
        "TERM": "xterm",
        "PAGER": "cat",
        "PROMPT_TOOLKIT_NO_CPR": "1",
    }


_OTHERS = ("COLUMNS", "LINES", "VIRTUAL_ENV", "PROMPT_COMMAND", "SCAFFOLD_TEMPLATE_URL")
"""Variables of whoever runs this that would change what a new user sees."""
