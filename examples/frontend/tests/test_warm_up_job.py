"""The job as it was generated. When you write the job, replace these tests, too."""

import pytest

from app.clients.dependency import DependencyError
from app.clients.http import HttpDependency
from app.jobs import warm_up_job

from .conftest import Upstream


async def test_it_calls_each_dependency_once(upstream: Upstream) -> None:
    other = HttpDependency("other", critical=True, url=upstream.url + "/json", timeout=5)
    await warm_up_job.run([], [other])
    assert len(upstream.requests) == 1


async def test_it_fails_only_with_a_critical_one(upstream: Upstream) -> None:
    auxiliary = HttpDependency("other", critical=False, url=upstream.url + "/500", timeout=5)
    await warm_up_job.run([], [auxiliary])
    critical = HttpDependency("other", critical=True, url=upstream.url + "/500", timeout=5)
    with pytest.raises(DependencyError):
        await warm_up_job.run([], [critical])
