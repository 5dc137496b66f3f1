"""axe-core judges pages for people who see badly or use no mouse; npm installs it as requirements/axe locks it."""

from __future__ import annotations

from pathlib import Path

from workshop import npm

missing = npm.missing


def script() -> Path:
    """Return the script that a page loads."""
    return npm.installed("axe") / "axe-core" / "axe.min.js"
