"""A PATH of its own for a Makefile: the usual tools, and scripts that stand in for others."""

from __future__ import annotations

import shutil
from pathlib import Path

USUAL = ("sh", "make", "awk", "grep", "sed", "true", "touch", "env", "cat", "mkdir", "chmod", "sleep")


def tools(folder: Path, **scripts: str) -> Path:
    """Return a folder with the usual tools, and scripts under the names of others."""
    found = folder / "bin"
    found.mkdir()
    for name in USUAL:
        (found / name).symlink_to(str(shutil.which(name)))
    for name, content in scripts.items():
        (found / name).write_text(content)
        (found / name).chmod(0o755)
    return found
