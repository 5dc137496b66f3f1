"""The files of the examples that people wrote, each once."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from workshop.goldens import EXAMPLES, NAMES

_OF_OTHERS = ("mvnw", "Cargo.lock", "go.sum", "package-lock.json", "requirements.txt", "requirements-dev.txt")
"""Files that tools write, or that others wrote."""


def of_tools(path: Path) -> bool:
    """Return whether a tool or somebody else wrote the file."""
    return path.name in _OF_OTHERS


@cache
def files() -> dict[str, list[Path]]:
    """Return the files of each example that no example before it has."""
    first = dict[tuple[str, bytes], Path]()
    for name in NAMES:
        for path in sorted((EXAMPLES / name).rglob("*")):
            if path.is_file() and not of_tools(path):
                first.setdefault((path.name, path.read_bytes()), path)
    return {name: [path for path in first.values() if path.is_relative_to(EXAMPLES / name)] for name in NAMES}
