"""Fixtures of suites that need several versions of the template; a suite's conftest imports them."""

from __future__ import annotations

import pytest

from scaffold.releases.editions import Editions
from workshop.history import Lineage, make_lineage


@pytest.fixture(scope="session")
def lineage(tmp_path_factory: pytest.TempPathFactory) -> Lineage:
    return make_lineage(tmp_path_factory.mktemp("lineage"))


@pytest.fixture(scope="session")
def editions(lineage: Lineage) -> Editions:
    return lineage.home.editions
