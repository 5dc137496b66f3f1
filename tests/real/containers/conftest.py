"""Every test runs once for each language that has stand-ins for its base images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from scaffold.files.folder import write_files
from scaffold.prove.ports import free_ports
from scaffold.prove.subject.read import ANY_FILE
from tests.real.conformance.contract import FILE as CONTRACT
from tests.real.conformance.service import Bench, ask, bench, port_variable, wait_until
from tests.real.conformance.subjects import Subject, for_features
from tests.support.answered import inputs_of
from tests.support.programs import CONTAINERS
from tests.support.verdicts import Inputs
from workshop import runtime
from workshop.goldens import answers_of, rendered
from workshop.machine import locked
from workshop.standins import identity

VERSION, REVISION = "1.2.3", "0123456789abcdef0123456789abcdef01234567"


def inputs(given: Mapping[str, Any]) -> Inputs:
    """Return what a test of an image depends on, beside the tests: the service as it is rendered, its bases, podman."""
    subject: Subject = given["example"]
    made_on = [] if runtime.missing(subject.language) else identity(subject.language)
    return inputs_of(subject.name, files=(CONTRACT,), programs=CONTAINERS, values=made_on)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "example" in metafunc.fixturenames:
        kept = pytest.mark.kept(inputs=inputs)
        examples = [
            pytest.param(each, id=f"{each.language}-{each.name}", marks=[pytest.mark.xdist_group(each.name), kept])
            for each in for_features("critical", "auxiliary", "jobs")
        ]
        metafunc.parametrize("example", examples, indirect=True, scope="session")


@dataclass(frozen=True)
class Example:
    """A generated service that was built as an image."""

    subject: Subject
    folder: Path
    image: runtime.Built

    @property
    def writable(self) -> dict[str, str]:
        return {each["path"]: each["size"] for each in self.subject.answers["writable_paths"]}

    @property
    def tag(self) -> str:
        return self.image.reference


@pytest.fixture(scope="session")
def example(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Example:
    """Give an example, built from its own Dockerfile."""
    subject: Subject = request.param
    if reason := runtime.missing(subject.language):
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp(subject.name)
    write_files(folder, rendered(answers_of(subject.name)))
    return Example(subject, folder, build(folder, subject))


def build(folder: Path, subject: Subject, tag: str = "test") -> runtime.Built:
    arguments = {"VERSION": VERSION, "REVISION": REVISION}
    with locked("build"):  # one build at a time is quicker on a small machine
        return runtime.build(folder, subject.language, f"localhost/kube-scaffold-test/{subject.name}:{tag}", arguments)


@dataclass(frozen=True)
class Running:
    """An example's service in a container, with a stub for each of its dependencies."""

    example: Example
    container: runtime.Container
    bench: Bench
    port: int
    admin: int

    def probe(self, path: str) -> int:
        try:
            return ask(self.admin, path, timeout=5).status
        except OSError:
            return 0


def ports_of(subject: Subject) -> dict[str, int]:
    names = [*map(port_variable, subject.answers["ports"]), "ADMIN_PORT"]
    return dict(zip(names, free_ports(len(names)), strict=True))


@pytest.fixture
def stubs(example: Example, tmp_path: Path) -> Iterator[Bench]:
    """Give a stub for each dependency of the example."""
    with bench(example.subject, tmp_path) as made:
        yield made


@contextmanager
def started(example: Example, stubs: Bench) -> Iterator[Running]:
    """Run the example's service in a container until the block ends; it is ready for traffic."""
    ports = ports_of(example.subject)
    env = stubs.settings(secret=ANY_FILE) | {name: str(number) for name, number in ports.items()}
    with runtime.run(example.image.id, env=env, writable=example.writable) as container:
        serving = port_variable(example.subject.answers["ports"][0])
        made = Running(example, container, stubs, ports[serving], ports["ADMIN_PORT"])
        wait_until(lambda: made.probe("/readyz") == 200 or not container.running, 60, "ready")
        assert container.running, container.logs()
        yield made


@pytest.fixture
def running(example: Example, stubs: Bench) -> Iterator[Running]:
    """Give a service of this test's own: for tests that end it."""
    with started(example, stubs) as made:
        yield made


@pytest.fixture(scope="session")
def shared(example: Example, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Give a service that several tests look at; they leave it as it is."""
    with (
        bench(example.subject, tmp_path_factory.mktemp(example.subject.name)) as stubs,
        started(example, stubs) as made,
    ):
        yield made
