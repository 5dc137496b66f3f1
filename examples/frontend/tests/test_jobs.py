"""Every job with a dependency that works, and with one that fails."""

import pytest

from app.clients.dependency import DependencyError
from app.clients.http import HttpDependency
from app.jobs import JOBS

from .conftest import Upstream


@pytest.mark.parametrize("name", JOBS)
async def test_it_asks_each_dependency_once(upstream: Upstream, name: str) -> None:
    other = HttpDependency("other", critical=True, url=upstream.url + "/json", timeout=5)
    await JOBS[name]([], [other])
    assert len(upstream.requests) == 1


@pytest.mark.parametrize("name", JOBS)
async def test_it_fails_with_a_critical_one_alone(upstream: Upstream, name: str) -> None:
    auxiliary = HttpDependency("other", critical=False, url=upstream.url + "/500", timeout=5)
    await JOBS[name]([], [auxiliary])
    critical = HttpDependency("other", critical=True, url=upstream.url + "/500", timeout=5)
    with pytest.raises(DependencyError):
        await JOBS[name]([], [critical])
