"""The image of a service in each language passes every container experiment, built by the command itself from its own Dockerfile."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest

from scaffold.files.folder import write_files
from scaffold.prove.select import experiments
from tests.real.conformance.subjects import Subject, for_features
from tests.real.containers.conftest import REVISION, VERSION, build
from tests.real.prove.conftest import Run, inputs_of_proof, prove
from workshop import runtime
from workshop.goldens import answers_of, rendered
from workshop.standins import build_arguments

pytestmark = [
    pytest.mark.timeout(900, func_only=True),  # starts of a JVM by the dozen
    pytest.mark.kept(inputs=lambda given: inputs_of_proof(given["service"].name)),
]

CONTAINER = [each for each in experiments() if each.stage == "container"]


@dataclass(frozen=True)
class Service:
    """A service with all that the command needs to build its image here."""

    folder: Path
    build_arguments: dict[str, str]

    def passes(self, wanted: set[str], *words: str | Path) -> Run:
        """Try these experiments on it; each must pass."""
        only = [f"--only={each}" for each in sorted(wanted)]
        given = [f"--build-arg={name}={value}" for name, value in self.build_arguments.items()]
        run = prove(self.folder, *given, *only, "--json", *words, timeout=840)
        assert run.ids("pass") == wanted, run.told() or run.err
        assert run.code == 0
        return run


SUBJECTS = [
    # Each start of a JVM takes all of a small machine: what runs beside it would fail, and it beside that.
    pytest.param(each, id=each.language, marks=pytest.mark.alone if each.language == "java" else ())
    for each in for_features("critical", "auxiliary", "jobs")
]


@pytest.fixture(params=SUBJECTS)
def service(request: pytest.FixtureRequest, needs_containers: None, tmp_path: Path) -> Service:
    subject: Subject = request.param
    if reason := runtime.missing(subject.language):
        pytest.skip(reason)
    folder = tmp_path / subject.name
    folder.mkdir()
    write_files(folder, rendered(answers_of(subject.name)))
    build(folder, subject)  # the same steps with this machine's package settings: what follows comes from the cache
    return Service(folder, build_arguments(subject.language) | {"VERSION": VERSION, "REVISION": REVISION})


def test_a_service_passes_the_experiments_that_run_side_by_side(service: Service) -> None:
    service.passes({each.id for each in CONTAINER if not each.alone})


@pytest.mark.alone  # their load fails, and a start takes longer, where another suite takes the CPU
def test_a_service_passes_the_experiments_that_need_the_machine_for_themselves(
    service: Service, tmp_path: Path
) -> None:
    junit, html = tmp_path / "reports/prove.xml", tmp_path / "reports/prove.html"
    run = service.passes({each.id for each in CONTAINER if each.alone}, "--junit", junit, "--html", html)
    suite = ElementTree.fromstring(junit.read_text())
    assert len(suite) == int(suite.get("tests") or 0) == len(run.results)
    assert html.read_text().count("<svg") == 1 + sum(len(each["charts"]) for each in run.results.values())
