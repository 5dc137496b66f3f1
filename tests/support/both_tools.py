"""Plain Copier in a folder, and what it and scaffold made there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def copier(*arguments: str, cwd: Path) -> None:
    environment = {**os.environ, "COPIER_CACHE_DIR": str(cwd / "copiers-cache")}
    command = [sys.executable, "-m", "copier", *arguments]
    subprocess.run(command, cwd=cwd, env=environment, capture_output=True, check=True)


def contents(folder: Path) -> dict[str, tuple[bytes, bool]]:
    files = (each for each in folder.rglob("*") if each.is_file() and ".git" not in each.relative_to(folder).parts)
    return {str(each.relative_to(folder)): (each.read_bytes(), os.access(each, os.X_OK)) for each in files}
