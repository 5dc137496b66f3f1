"""The overlays in examples/platforms, on the template as it lies here.

Each has no scaffold-template.yml, which names a release of the base: it uses what the next release has.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from scaffold.releases import History
from scaffold.template.base import Base
from scaffold.template.overlay import FOLDER, MANIFEST, manifest, read_overlay
from scaffold.template.work import Platform
from workshop.goldens import PLATFORMS, ROOT
from workshop.history import Versions

VERSION = "9.0.0"
"""The release that the template as it lies here has in the tests."""


def base_here(folder: Path) -> Base:
    """Make a checkout with a release of the template as it lies here; it is a base for overlays."""
    versions = Versions(folder)
    versions.release(VERSION)
    history = History(folder)
    return Base(history, history.resolve(VERSION))


def place(name: str, folder: Path, base: Base) -> Platform:
    """Put the overlay of an example into a folder, on top of a base; nothing is built yet."""
    shutil.copytree(ROOT / "examples" / PLATFORMS / name / FOLDER, folder / FOLDER)
    url = f"https://git.{name}.example/platform/template.git"
    (folder / MANIFEST).write_text(manifest(name, url, str(base.revision.version), base.revision.commit))
    return Platform(folder, read_overlay(folder), base)
