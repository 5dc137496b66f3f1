"""What the tests need of npm: each folder of requirements/ with a package.json is installed as it is locked."""

from __future__ import annotations

import hashlib
import shutil
from functools import cache
from pathlib import Path

from workshop.command import succeed
from workshop.goldens import ROOT
from workshop.machine import CACHE, locked

_FILES = ("package.json", "package-lock.json")


def missing() -> str | None:
    """Explain why nothing can be installed here, or return None."""
    return None if shutil.which("npm") else "npm not found, which installs it"


@cache
def installed(name: str) -> Path:
    """Return the node_modules of a folder of requirements/; it is installed once for each content of its lock file."""
    source = ROOT / "requirements" / name
    digest = hashlib.sha256((source / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = CACHE / f"{name}-{digest}"
    done = folder / "installed"
    with locked(name):
        if not done.exists():
            folder.mkdir(parents=True, exist_ok=True)
            for each in _FILES:
                shutil.copy(source / each, folder)
            succeed(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=folder, seconds=300)
            done.touch()
    return folder / "node_modules"
