"""Removes what a run that was killed left half-made in the cache."""

from __future__ import annotations

import os
import shutil
import time
from contextlib import suppress
from pathlib import Path

PREFIX = ".making-"
"""How the name of what is being made begins."""

_OLD = 3600
"""Seconds; nothing here takes so long to make."""


def remove_leftovers(folder: Path) -> None:
    """Remove what was begun in a folder more than an hour ago, as far as that is possible."""
    with suppress(OSError), os.scandir(folder) as items:
        for item in items:
            if item.name.startswith(PREFIX) and item.stat(follow_symlinks=False).st_mtime < time.time() - _OLD:
                remove(Path(item.path))


def remove(path: Path) -> None:
    """Remove a file, a link or a whole folder, as far as that is possible."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):
            path.unlink()
