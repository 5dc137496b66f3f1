"""Where generated services are checked by their own Makefile: the one place that knows how that is done quickly.

What `make setup` installs is the same for all services of a language, with traces or without. So the first one's is lent to
the others; what Cargo compiles, Maven and Go download is shared by the whole machine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from scaffold.engine.answers_file import NAME, read_answers
from workshop import command
from workshop.aside import COMMAND_SECONDS
from workshop.machine import BUILD_ENV

TOOLS = {
    "python": "python3",
    "go": "go",
    "typescript": "npm",
    "java": "javac",
    "rust": "cargo",
}
LENT = (".venv", "node_modules")
OWN_TARGET = {"lint": {"CARGO_TARGET_DIR": f"{BUILD_ENV['CARGO_TARGET_DIR']}-lint"}}
"""Cargo locks the folder that it compiles to: who only computes must not keep another waiting."""


def make(folder: Path, *verbs: str) -> None:
    """Run verbs of a service's Makefile; fail with what the first failing one says."""
    env = os.environ | BUILD_ENV | {"NO_COLOR": "1"}
    env.pop("VIRTUAL_ENV", None)
    for verb in verbs:
        done = command.run(["make", verb], cwd=folder, env=env | OWN_TARGET.get(verb, {}), seconds=COMMAND_SECONDS)
        assert done.returncode == 0, f"make {verb} in {folder.name}:\n{done.stdout[-8000:]}"


def furnish(folder: Path, language: str) -> None:
    """Make a folder of generated files a place where `make lint test` works; skip where the language's tool is missing."""
    for tool in (TOOLS[language], "make"):
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed, so a {language} service can't be checked")
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    traces = read_answers(folder / NAME)["telemetry"]
    shared = folder.parent / f"{language}-{traces}-installed"
    if not shared.exists():
        make(folder, "setup")
        shared.mkdir()
        for lent in LENT:
            if (folder / lent).is_dir():
                (folder / lent).rename(shared / lent)
    for lent in LENT:
        if (shared / lent).is_dir():
            (folder / lent).symlink_to(shared / lent)
