"""Tests that only root can run, and files that are another user's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

OTHER = 54321
"""A user that is not there."""

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount, or give a file to another user")


def given_away(*paths: Path) -> None:
    """Make another user the owner."""
    for path in paths:
        os.chown(path, OTHER, OTHER, follow_symlinks=False)
