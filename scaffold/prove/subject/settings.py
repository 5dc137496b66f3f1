"""Reads the settings of `prove`: `[prove]` of .scaffold.toml, or `[tool.scaffold.prove]` of pyproject.toml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from scaffold.errors import FileError
from scaffold.settings.keys import unknown_setting
from scaffold.settings.repository import find_table
from scaffold.text.brief import brief

Values = dict[str, Any]

KEYS: dict[str, type] = {
    "name": str,
    "image": str,
    "manifests": str,  # a file, or a folder of files
    "port": int,
    "port_variable": str,  # moves the port, where the network is shared
    "admin_port": int,
    "admin_port_variable": str,
    "path": str,  # what the requests are for
    "startup_path": str,
    "readiness_path": str,
    "liveness_path": str,
    "args": list,
    "env": dict,
    "jobs": dict,  # name -> command, or a table: command, deadline
    "dependencies": dict,  # name -> variable, or a table: variable, scheme, critical, url, timeout
    "writable": dict,  # path -> size
    "startup_seconds": float,
    "shutdown_seconds": float,
    "memory_limit": str,
    "cpu_limit": str,
    "configurations": list,  # two tables of variables that must both work
    "wrong": dict,  # variables that must be refused
    "breaker": str,  # what guards its dependencies: any name
    "limit_requests_per_second": float,  # what a pod lets through; above it callers get 429
    "limit_burst": float,  # requests that may come at once before that
    "rate": int,  # requests a second
}
"""What may be set, and of which type it is."""

_KINDS = {int: "a whole number", float: "a number", str: "text", list: "a list", dict: "a table"}


def read_settings(folder: Path) -> Values:
    """Return the settings that hold for a folder, checked; they are found as those of `check` are.

    Raises:
        FileError: naming the file, the key, and what is right.
    """
    table, where = find_table(folder, "prove")
    return _checked(table, where)


def _checked(found: Values, where: str) -> Values:
    for key, value in found.items():
        if key not in KEYS:
            raise unknown_setting(where, key, KEYS)
        kind = KEYS[key]
        right = isinstance(value, (int, float)) if kind is float else isinstance(value, kind)
        if isinstance(value, bool) or not right:
            raise FileError(f"{where}: {key} must be {_KINDS[kind]}, not {brief(value)}.")
    return found
