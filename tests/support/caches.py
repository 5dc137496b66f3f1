"""What the tests of the cache share: a small template, what it gives, and what the cache holds of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from scaffold.engine.jinja import Renderer

OTHER = 54321
"""A user that is not there."""

needs_root = pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a file to another user"
)


SOURCES = (
    "plain",
    "{{ name }}",
    "{% for each in [1, 2] %}{{ each }}{{ name | upper }}{% endfor %}",
    "{{ name * 300 }}",
)


def rendered(root: Path, **settings: object) -> list[str]:
    renderer = Renderer(root, {"envops": settings})
    return [*(renderer.string(source, {"name": "x"}) for source in SOURCES), renderer.file("a.jinja", {"name": "x"})]


EXPECTED = ["plain", "x", "1X2X", "x" * 300, "file x\n"]


def entries(home: Path) -> list[Path]:
    return sorted(path for path in home.glob("kube-scaffold/bytecode-*/*") if path.is_file())


def everything(home: Path) -> list[Path]:
    return [home / "kube-scaffold", *(home / "kube-scaffold").rglob("*")]


def given_away(*paths: Path) -> None:
    for path in paths:
        os.chown(path, OTHER, OTHER, follow_symlinks=False)
