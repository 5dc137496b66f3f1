"""Verdicts that are kept: which inputs a test passed with, so that it need not run with the same ones again.

A verdict is an empty file, named by a digest of all inputs. Only "passed" is kept, for a week at most.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from workshop.goldens import ROOT

SECONDS = 7 * 24 * 3600
"""What no digest sees, such as a package that its registry withdraws, is seen after that time."""

MOST = 10_000
"""Verdicts that are kept; the oldest ones go."""

ALWAYS = ("requirements/test.txt", "pyproject.toml")
SETTINGS = (
    "CARGO", "CC", "CFLAGS", "CONTAINER", "DOCKER", "GO", "HELM", "JAVA", "JOBS", "KUBE", "LANG", "LC_", "LD_", "MAVEN",
    "MVN", "NODE", "NPM", "OTEL", "PIP", "PYTHON", "RUST", "TZ", "UV_", "XDG_", "npm_",
)  # fmt: skip
"""How the names of variables begin that programs read."""

OF_A_RUN = ("KUBE_SCAFFOLD_FRESH", "KUBE_SCAFFOLD_REQUIRE")
"""Variables that decide which tests run, and nothing about their verdict."""


@dataclass(frozen=True)
class Inputs:
    """All that a test's verdict depends on, beside its own code and the machine.

    `files` are files and folders of the repository. `programs` are commands that print a version. `values` is anything
    that JSON can hold. Of the files in `by_value` the test sees nothing but `values`: they are computed from them.
    """

    files: tuple[str, ...] = ()
    programs: tuple[str, ...] = ()
    values: object = None
    by_value: tuple[str, ...] = ()


def below(names: Iterable[str], root: Path = ROOT) -> set[Path]:
    """Return these files, and all that are in these folders; a name that is neither is an error of who names it."""
    found = set()
    for path in (root / name for name in names):
        if not path.exists():
            raise FileNotFoundError(f"{path} is named as an input of a test, and not there")
        found |= {each for each in path.rglob("*") if each.is_file()} if path.is_dir() else {path}
    return {path for path in found if "__pycache__" not in path.parts}


def signature(path: Path) -> tuple[int, ...]:
    """Return what changes whenever a file is written."""
    found = path.stat()
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino


@cache
def version_of(command: str) -> list[str]:
    """Return which program a command starts, when that file was written, and what the command prints about itself."""
    words = command.split()
    place = shutil.which(words[0])
    if not place:
        return [command, "not there"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd="/", timeout=60)
    return [command, os.path.realpath(place), str(Path(place).stat().st_mtime_ns), done.stdout + done.stderr]


def machine(environment: Mapping[str, str]) -> list[object]:
    """Return what else decides: the system, Python, and the variables that programs read."""
    release = Path("/etc/os-release")
    given = {name: value for name, value in environment.items() if name.startswith(SETTINGS) and name not in OF_A_RUN}
    return [sys.version, platform.platform(), release.read_text() if release.exists() else "", sorted(given.items())]


def digest_of(path: Path) -> str:
    """Digest a file's bytes, and whether it is executable."""
    return hashlib.sha256(path.read_bytes()).hexdigest() + " x" * bool(path.stat().st_mode & 0o100)


def key_of(test: str, inputs: Inputs, digests: Mapping[str, str], environment: Mapping[str, str] = os.environ) -> str:
    """Digest all inputs of a test. `digests` are those of its files, its own code among them, by path.

    Raises:
        TypeError: when `values` holds something that has no one way to be written.
    """
    programs = [version_of(each) for each in inputs.programs]
    described = [test, sorted(digests.items()), programs, inputs.values, machine(environment)]
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True)
class Store:
    """The folder with the verdicts."""

    folder: Path

    def has(self, key: str) -> bool:
        """Tell whether a test has passed with these inputs, and not too long ago."""
        try:
            age = time.time() - (self.folder / key).stat().st_mtime
        except OSError:
            return False
        return 0 <= age < SECONDS

    def keep(self, key: str) -> None:
        """Remember that a test passed."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / key).touch()

    def forget(self, key: str) -> None:
        """Forget a verdict, because the test failed with the same inputs."""
        (self.folder / key).unlink(missing_ok=True)

    def tidy(self) -> None:
        """Remove what is too old, and the oldest ones where there are too many."""
        kept = sorted(self.folder.glob("*"), key=lambda path: -path.stat().st_mtime) if self.folder.is_dir() else []
        for number, path in enumerate(kept):
            if number >= MOST or not self.has(path.name):
                path.unlink(missing_ok=True)
