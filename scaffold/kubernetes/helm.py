"""Helm: how a release may be called."""

from __future__ import annotations

import re

_RELEASE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,51}[a-z0-9])?")  # at most 53: helm adds to it


def release_of(name: str) -> str:
    """Return the name of a release of what is called so: the same, where helm takes it."""
    return name if _RELEASE.fullmatch(name) else "release"
