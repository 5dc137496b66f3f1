"""axe-core judges pages for people who see badly or use no mouse; npm installs it as requirements/axe locks it."""

from __future__ import annotations

import hashlib
import shutil
from functools import cache
from pathlib import Path

from workshop.command import succeed
from workshop.goldens import ROOT
from workshop.machine import CACHE, locked

_LOCKED = ROOT / "requirements" / "axe"
_FILES = ("package.json", "package-lock.json")


def missing() -> str | None:
    """Explain why it can't be had here, or return None."""
    return None if shutil.which("npm") else "npm not found, which installs axe-core"


@cache
def script() -> Path:
    """Return the script that a page loads; it is installed once for each content of the lock file."""
    digest = hashlib.sha256((_LOCKED / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = CACHE / f"axe-{digest}"
    made = folder / "node_modules" / "axe-core" / "axe.min.js"
    with locked("axe"):
        if not made.exists():
            folder.mkdir(parents=True, exist_ok=True)
            for name in _FILES:
                shutil.copy(_LOCKED / name, folder)
            npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
            succeed(npm, cwd=folder, seconds=300)
    return made
