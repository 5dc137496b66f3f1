"""Settings of a repository: tables of .scaffold.toml, or of `[tool.scaffold]` in pyproject.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from scaffold.errors import SettingError


def find_table(folder: Path, name: str) -> tuple[dict[str, Any], str]:
    """Return the table `name` that holds for a folder, and where it stands: `FILE: [name]`.

    The nearest file that has one counts, from the folder up to the root of its git repository. Without any, the table
    and the place are empty.

    Raises:
        SettingError: when a file can't be read or is no TOML, or the table is something else.
    """
    for parent in (folder.resolve(), *folder.resolve().parents):
        for file, keys in ((".scaffold.toml", (name,)), ("pyproject.toml", ("tool", "scaffold", name))):
            if (path := parent / file).is_file():
                found = _read(path)
                for key in keys:
                    found = found.get(key, {}) if isinstance(found, dict) else {}
                where = f"{path}: [{'.'.join(keys)}]"
                if not isinstance(found, dict):
                    raise SettingError(f"{where}: must be a table of settings.")
                if found:
                    return found, where
        if (parent / ".git").exists():
            break
    return {}, ""


def _read(file: Path) -> Any:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingError(f"{file}: no valid TOML: {error}.") from error
