"""Runs `scaffold` for a page: in a folder of its own, without the settings of whoever runs it."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from workshop.goldens import ROOT

_KEPT = ("LANG", "LC_ALL", "TMPDIR")


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit code."""

    code: int
    output: str
    errors: str


def run(line: str, folder: Path) -> Ran:
    """Run a line such as `scaffold check --json` in a folder; no program but git is on its PATH.

    Its home lies beside the folder.
    """
    home = folder.parent / "home"
    kept = {name: value for name in _KEPT if (value := os.environ.get(name))}
    own = {"HOME": str(home), "PATH": str(_tools(home)), "PYTHONPATH": str(ROOT), "NO_COLOR": "1", "COLUMNS": "100"}
    words = shlex.split(line)
    if words[0] != "scaffold":
        raise ValueError(f"{line} does not run scaffold")
    done = subprocess.run(
        [sys.executable, "-m", *words], cwd=folder, env={**kept, **own}, capture_output=True, text=True, check=False
    )
    return Ran(done.returncode, done.stdout, done.stderr)


def _tools(home: Path) -> Path:
    """Return a folder that holds git and nothing else.

    Raises:
        FileNotFoundError: when there is no git.
    """
    tools, git = home / "bin", shutil.which("git")
    if git is None:
        raise FileNotFoundError("git")
    tools.mkdir(parents=True, exist_ok=True)
    if not (tools / "git").exists():
        (tools / "git").symlink_to(git)
    return tools
