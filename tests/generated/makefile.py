"""Where generated services are checked by their own Makefile: the one place that knows how that is done quickly.

What `make setup` installs is the same for all services with the same lock files. So it is installed once, in the cache,
and lent to all; what Cargo compiles, Maven and Go download is shared by the whole machine.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from scaffold.engine.answers_file import NAME, read_answers
from workshop import command
from workshop.aside import COMMAND_SECONDS
from workshop.machine import BUILD_ENV, CACHE, locked

TOOLS = {
    "python": "python3",
    "go": "go",
    "typescript": "npm",
    "java": "javac",
    "rust": "cargo",
}
LENT = {".venv": "installed", "node_modules": ".package-lock.json"}
"""What a service uses from its own folder, and the file in it by which make knows that it is complete."""

LOCKS = ("requirements-dev.txt", "package-lock.json", "go.sum", "Cargo.lock")
"""What decides, with the choice of traces, about all that `make setup` installs into a service's own folder."""

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
    shared = installed(folder, language)
    for lent, stamp in LENT.items():
        if (shared / lent).is_dir():
            (folder / lent).symlink_to(shared / lent)
            os.utime(shared / lent / stamp)  # it is newer than the lock file, which make looks at


def installed(folder: Path, language: str) -> Path:
    """Return a copy of the folder in which `make setup` has run: one for all services that install the same here."""
    traces = read_answers(folder / NAME)["telemetry"]
    key = hashlib.sha256(f"{shutil.which(TOOLS[language])} {traces}".encode())
    for path in (folder / name for name in LOCKS if (folder / name).exists()):
        key.update(path.read_bytes())
    shared = CACHE / "generated" / f"{language}-{key.hexdigest()[:16]}"
    done = shared.with_suffix(".installed")
    with locked(f"generated-{shared.name}"):
        if not done.exists():
            shutil.rmtree(shared, ignore_errors=True)
            shutil.copytree(folder, shared)
            make(shared, "setup")
            done.touch()
    return shared
