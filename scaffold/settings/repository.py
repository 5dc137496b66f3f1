"""Settings of a repository: tables of .scaffold.toml, or of `[tool.scaffold]` in pyproject.toml."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from scaffold.errors import FileError
from scaffold.files.toml import read_toml


def find_table(folder: Path, name: str) -> tuple[dict[str, Any], str]:
    """Return the table `name` that holds for a folder, and where it stands: `FILE: [name]`.

    The nearest file that has one counts, from the folder up to the root of its git repository. Without any, the table
    and the place are empty.

    Raises:
        FileError: when a file can't be read, leads out of the repository, or is not TOML, or the table is none.
    """
    folders, top = folders_of(folder.resolve())
    for parent in folders:
        for file, keys in ((".scaffold.toml", (name,)), ("pyproject.toml", ("tool", "scaffold", name))):
            if _is_there(path := parent / file):
                found: Any = read_toml(path, below=top or parent)
                for key in keys:
                    found = found.get(key, {}) if isinstance(found, dict) else {}
                where = f"{path}: [{'.'.join(keys)}]"
                if not isinstance(found, dict):
                    raise FileError(f"{where}: must be a table of settings.")
                if found:
                    return found, where
    return {}, ""


def repository_of(folder: Path) -> Path | None:
    """Return the root of the git repository that a folder is in, or None."""
    return folders_of(folder)[1]


def folders_of(folder: Path) -> tuple[list[Path], Path | None]:
    """Return the folders whose settings hold, the nearest first, and the root of the repository where there is one."""
    found = []
    for each in (folder, *folder.parents):
        found.append(each)
        if (each / ".git").exists():
            return found, each
    return found, None


def _is_there(path: Path) -> bool:
    """Return whether something that may be settings stands there: a pipe is to be refused, not skipped."""
    return os.path.lexists(path) and not path.is_dir()
