"""Helm: how a release may be called, and what it reports."""

from __future__ import annotations

import re

_RELEASE = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,51}[a-z0-9])?")  # at most 53: helm adds to it


_ADVICE = "Use --debug flag to render out invalid YAML"


def problem_of(said: str) -> str:
    """Return what helm writes about its error, on one line; kubectl and kustomize begin theirs by the same word."""
    return " ".join(said.rpartition("Error: ")[2].replace(_ADVICE, "").split()) or "no reason given"


def release_of(name: str) -> str:
    """Return the name of a release of what is called so: the same, where helm takes it."""
    return name if _RELEASE.fullmatch(name) else "release"
