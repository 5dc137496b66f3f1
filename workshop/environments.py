"""Virtual environments of programs that clash with what the tests need: one for each lock file of requirements/."""

from __future__ import annotations

import hashlib
import shutil
import sys
from functools import cache
from pathlib import Path

from workshop import machine
from workshop.command import succeed
from workshop.goldens import ROOT


@cache
def environment(name: str) -> Path:
    """Return the environment of requirements/NAME.txt; it is made once for each content of the file."""
    requirements = ROOT / "requirements" / f"{name}.txt"
    digest = hashlib.sha256(requirements.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = machine.CACHE / f"{name}-{digest}"
    with machine.locked(name):
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            succeed([sys.executable, "-m", "venv", folder], seconds=120)
            pip: list[str | Path] = [folder / "bin" / "python", "-m", "pip", "--quiet", "--disable-pip-version-check"]
            succeed([*pip, "install", "--require-hashes", "--requirement", requirements], seconds=600)
            (folder / "complete").touch()
    return folder
