"""A bench to try faults on, one for each process that runs tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.faults.injector import missing
from tests.faults.trial import Bench
from tests.faults.worlds import worlds


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    if why := missing():
        pytest.skip(why)
    top = tmp_path_factory.mktemp("faults").resolve()
    with worlds(top) as made:
        yield Bench(made, top)
