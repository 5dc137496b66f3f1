"""One parameter for all relations: every overlay of every golden."""

from __future__ import annotations

import pytest

from tests.support.deployed import Deployed, deployed, each_overlay


@pytest.fixture(params=each_overlay())
def service(request: pytest.FixtureRequest) -> Deployed:
    return deployed(*request.param)
