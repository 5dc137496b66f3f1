"""What developers do in a copy of this repository: change the template, and release it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from workshop.history import git

EXAMPLES = ("batch", "defaults")
SKELETON = "templates/service/skeleton"
CHANGE = "- id: {id}\n  version: unreleased\n  pattern: P08\n  title: Title of {id}\n  why: Why.\n  check: Check.\n"


def python(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    environment.pop("KUBE_SCAFFOLD_EXAMPLES", None)
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def release(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return python(folder, "-m", "releasing", "release", *arguments)


def change(folder: Path, name: str) -> None:
    """Change the template, say so in both changelogs, and commit."""
    (folder / SKELETON / "CHANGED.md").write_text(f"{name}\n")
    with (folder / "templates/service/changes.yml").open("a") as file:
        file.write(CHANGE.format(id=name))
    bring_up_to_date(folder)


def bring_up_to_date(folder: Path) -> None:
    for module in ("workshop.goldens", "releasing.changelog"):
        done = python(folder, "-m", module)
        assert done.returncode == 0, done.stderr
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--message", "change")


def state(folder: Path) -> tuple[str, ...]:
    questions = (("rev-parse", "HEAD"), ("status", "--porcelain"), ("tag",), ("worktree", "list"))
    return tuple(git(folder, *question) for question in questions)
