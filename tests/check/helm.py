"""Tests of charts need helm, on a PATH of their own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from workshop import helm

needs_helm = pytest.mark.skipif(bool(helm.missing()), reason=str(helm.missing()))


def path_with_helm(folder: Path) -> str:
    """Return a PATH that has helm, from a link in a folder."""
    (folder / "bin").mkdir()
    (folder / "bin" / "helm").symlink_to(helm.program())
    return f"{folder / 'bin'}:{os.environ['PATH']}"
