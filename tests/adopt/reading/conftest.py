"""Small repositories in the shapes that people have, and a PATH that has helm for the one with a chart."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.adopt.reading.shapes import make
from tests.check.helm import path_with_helm

Make = Callable[[str], Path]


@pytest.fixture(autouse=True)
def with_helm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", path_with_helm(tmp_path))


@pytest.fixture
def shape(tmp_path: Path) -> Make:
    """Make a work tree of git from a shape."""
    return lambda name: make(tmp_path, name)


@pytest.fixture
def tree(tmp_path: Path) -> Callable[[dict[str, str]], Path]:
    """Make a folder with these files."""

    def write(files: dict[str, str]) -> Path:
        top = tmp_path / "shop"
        for path, text in files.items():
            file = top / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return top

    return write
