import asyncio
import os
import signal
from collections.abc import Callable, Iterator

import pytest

from app.clients.dependency import Dependency, DependencyError
from app.config import Settings
from app.job import run_job

Lines = Callable[[], list[dict[str, object]]]


@pytest.fixture(autouse=True)
def own_signals() -> Iterator[None]:
    """Restores the signal handlers of pytest."""
    numbers = (signal.SIGTERM, signal.SIGINT, signal.SIGALRM)
    before = [signal.getsignal(number) for number in numbers]
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    for number, handler in zip(numbers, before, strict=True):
        signal.signal(number, handler)


async def test_a_job_that_ends(lines: Lines) -> None:
    seen: list[str] = []

    async def job(arguments: list[str], clients: list[Dependency]) -> None:
        seen.extend(arguments)

    assert await run_job("demo", job, ["--day", "today"], Settings()) == 0
    assert seen == ["--day", "today"]
    assert [line["message"] for line in lines()] == ["job finished"]


@pytest.mark.parametrize("error", [DependencyError("mail", timed_out=True), ValueError("wrong")])
async def test_a_job_that_fails(lines: Lines, error: Exception) -> None:
    async def job(arguments: list[str], clients: list[Dependency]) -> None:
        raise error

    assert await run_job("demo", job, [], Settings()) == 1
    [line] = lines()
    assert (line["message"], line["job"]) == ("job failed", "demo")
    assert str(error) in str(line["error"])


async def test_a_job_that_is_stopped(lines: Lines) -> None:
    async def job(arguments: list[str], clients: list[Dependency]) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        await asyncio.sleep(60)

    assert await run_job("demo", job, [], Settings()) == 143
    assert [line["message"] for line in lines()] == ["job stopped"]
