"""Runs a target of a service's Makefile with scripts in the place of the programs that change a cluster."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.tools import tools


@dataclass
class Deployment:
    """What a deployment ended with, and what it called programs with."""

    code: int
    said: str
    calls: list[str] = field(default_factory=list)


def make(example: Path, tmp_path: Path, *words: str, settings: str = "", **programs: str) -> Deployment:
    """Run make with programs that write what they are called with into tmp_path/log, and with the team's settings."""
    folder, log = tmp_path / example.name, tmp_path / "log"
    shutil.copytree(example / "deploy", folder / "deploy")
    shutil.copy(example / "Makefile", folder)
    (folder / "deploy/contexts.mk").write_text(settings)
    path = tools(tmp_path, **programs)
    done = subprocess.run(
        [str(shutil.which("make")), *words],
        cwd=folder, env={"PATH": str(path)}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return Deployment(done.returncode, done.stderr, log.read_text().splitlines() if log.exists() else [])
