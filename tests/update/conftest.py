"""A lineage of the template, and services at its first version."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from scaffold.releases.editions import Editions
from scaffold.releases.home import project_url
from scaffold.update.run import Request, Updated, update
from scaffold.update.wanted import Wanted
from tests.support.lineages import editions, lineage
from workshop import history as lines
from workshop.history import Lineage

__all__ = ["editions", "lineage"]  # fixtures

Start = Callable[..., Path]
Update = Callable[..., Updated]


@pytest.fixture(scope="session")
def generated(lineage: Lineage, editions: Editions, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return the repository of an example at the first version; never change it, copy it."""
    folder = tmp_path_factory.mktemp("generated")

    @cache
    def make(example: str) -> Path:
        first = lineage.revision("0.1.0")
        answers = lines.answers_of(editions, first, example)
        return lines.start(folder / example, editions.rendered(first, answers, project_url(), "sha1"))

    return make


@pytest.fixture
def start(generated: Callable[[str], Path], tmp_path: Path) -> Start:
    """Copy an example's repository at the first version."""

    def copy(example: str = "frontend", name: str = "service") -> Path:
        return Path(shutil.copytree(generated(example), tmp_path / name, symlinks=True))

    return copy


@pytest.fixture
def update_to(lineage: Lineage) -> Update:
    """Update a service in this process."""

    def run(folder: Path, to: str | None = "0.2.0", **given: object) -> Updated:
        wanted = Wanted(**{key: given.pop(key) for key in ("given", "added", "removed") if key in given})  # type: ignore[arg-type]
        return update(folder, Request(to=to, **{"home": lineage.home, "wanted": wanted, **given}))  # type: ignore[arg-type]

    return run
