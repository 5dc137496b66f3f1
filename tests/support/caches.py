"""What the tests of the cache share: a small template, what it gives, and what the cache holds of it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scaffold.engine.jinja import Renderer

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


@contextmanager
def cache_in(folder: Path) -> Iterator[None]:
    """Let everything that runs meanwhile, programs too, have its cache in a folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield
