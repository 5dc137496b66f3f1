"""Paths that some system can't take."""

from __future__ import annotations

import re
from collections.abc import Iterable

FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]')
DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com[0-9]|lpt[0-9])([.].*)?")


def problem(path: str, longest: int = 255) -> str | None:
    """Return why a path can't be laid out on some system, or None."""
    for name in path.split("/"):
        if FORBIDDEN.search(name):
            return "a character that Windows forbids"
        if name.endswith((".", " ")):
            return "a dot or a blank at its end"
        if DEVICES.fullmatch(name):
            return "the name of a device"
        if len(name.encode()) > longest:
            return f"more than {longest} bytes"
    return None


def wrong(paths: Iterable[str], longest: int = 255) -> dict[str, str]:
    return {path: why for path in paths if (why := problem(path, longest))}
