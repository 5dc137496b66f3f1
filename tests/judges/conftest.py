"""The parameter of the judges of charts."""

from __future__ import annotations

import pytest

from tests.judges.charts import JUDGED
from tests.support.charts import Charted, lay_out


@pytest.fixture(scope="session", params=JUDGED)
def charted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Charted:
    """Give a service with a chart."""
    return lay_out(tmp_path_factory.mktemp("charted"), request.param)
