"""Kustomize: how its files are called, and which program here builds them."""

from __future__ import annotations

import shutil
from pathlib import Path

NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
"""The names that make a file a kustomization, in the order in which kustomize looks for them."""


def is_kustomization(folder: Path) -> bool:
    """Return whether kustomize can build a folder."""
    return any((folder / name).is_file() for name in NAMES)


def build_command() -> list[str] | None:
    """Return the words that build the folder named after them: kustomize's, otherwise kubectl's; None without both."""
    if kustomize := shutil.which("kustomize"):
        return [kustomize, "build"]
    if kubectl := shutil.which("kubectl"):
        return [kubectl, "kustomize"]
    return None
