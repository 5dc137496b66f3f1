"""Every test runs once for each language, on an example that has what the test needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.real.conformance.contract import FILE as CONTRACT
from tests.real.conformance.service import Bench, Service, bench
from tests.real.conformance.subjects import Subject, for_features
from tests.support.answered import inputs_of
from tests.support.programs import LANGUAGES
from tests.support.verdicts import Inputs


def inputs(given: Mapping[str, Any]) -> Inputs:
    """Return what a test of a service depends on, beside the tests: the service as it is rendered, and its runtime."""
    subject: Subject = given["subject"]
    return inputs_of(subject.name, files=(CONTRACT,), programs=LANGUAGES[subject.language])


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "subject" in metafunc.fixturenames:
        features = getattr(metafunc.function, "features", ())
        # One worker takes a module's tests of a service: they share the one that runs, and the workers end together.
        module = metafunc.module.__name__.rpartition(".")[2]
        kept = pytest.mark.kept(inputs=inputs)
        subjects = [
            pytest.param(
                each, id=f"{each.language}-{each.name}", marks=[pytest.mark.xdist_group(f"{each.name}-{module}"), kept]
            )
            for each in for_features(*features)
        ]
        metafunc.parametrize("subject", subjects, indirect=True, scope="session")


@pytest.fixture(scope="session")
def subject(request: pytest.FixtureRequest) -> Subject:
    """Give the service under test, prepared."""
    chosen: Subject = request.param
    reason = chosen.missing()
    if reason:
        pytest.skip(reason)
    assert chosen.folder.is_dir()
    return chosen


@pytest.fixture
def own(subject: Subject, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Give a bench of this test's own: for tests that start and stop services."""
    with bench(subject, tmp_path_factory.mktemp(subject.name)) as made:
        yield made


@pytest.fixture(scope="session")
def shared_bench(subject: Subject, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Give a bench with one running service that many tests ask; see `shared`."""
    with bench(subject, tmp_path_factory.mktemp(subject.name)) as made:
        made.serve(timeout=TIMEOUT, REQUEST_SECONDS="30", MAX_BODY_BYTES=str(LARGEST_BODY))
        yield made


@pytest.fixture
def shared(shared_bench: Bench) -> Iterator[Bench]:
    """Give the shared bench, with every dependency well again after the test and the service still alive."""
    yield shared_bench
    shared_bench.reset()
    assert shared_bench.started[0].running, "the shared service has ended"


@pytest.fixture
def service(shared: Bench) -> Service:
    """Give a running service whose dependencies are stubs; tests leave it as it is."""
    return shared.started[0]


TIMEOUT = 2.0  # of each dependency of the shared service, in seconds
LARGEST_BODY = 100_000
