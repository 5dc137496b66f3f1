"""One parameter for all relations: every overlay of every golden, and what is rendered for tests alone.

Most relations are those of the contract, which holds for generated code. test_own_code.py has those of own code.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.charts import charted
from tests.support.combinations import combinations, name_of, write_all
from tests.support.deployed import Deployed, deployed, each_overlay
from workshop.goldens import GENERATED

__all__ = ["charted"]

OVERLAYS = [each for each in each_overlay() if each.values[0][0].name in GENERATED]
COMBINED = [name_of(each) for each in combinations()]


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    return write_all(tmp_path_factory.mktemp("combinations"))


@pytest.fixture(params=[*OVERLAYS, *COMBINED])
def service(request: pytest.FixtureRequest) -> Deployed:
    if isinstance(request.param, str):
        return deployed(request.getfixturevalue("written")[request.param], "production")
    return deployed(*request.param)
