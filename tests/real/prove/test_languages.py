"""One service a language passes every container experiment, built by the command itself from its own Dockerfile."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from scaffold.files.folder import write_files
from scaffold.prove.select import experiments
from tests.real.conformance.subjects import Subject, for_features
from tests.real.containers.conftest import REVISION, VERSION, build
from tests.real.prove.conftest import prove
from workshop import runtime
from workshop.goldens import answers_of, rendered
from workshop.standins import build_arguments

# Sixteen starts of a JVM and more; its load fails where another suite takes the CPU.
pytestmark = [pytest.mark.timeout(900, func_only=True), pytest.mark.alone]

SUBJECTS = [pytest.param(each, id=each.language) for each in for_features("critical", "auxiliary", "jobs")]


@pytest.mark.parametrize("subject", SUBJECTS)
def test_a_service_passes_every_experiment(subject: Subject, needs_containers: None, tmp_path: Path) -> None:
    if reason := runtime.missing(subject.language):
        pytest.skip(reason)
    folder = tmp_path / subject.name
    folder.mkdir()
    write_files(folder, rendered(answers_of(subject.name)))
    build(folder, subject)  # the same steps with this machine's package settings: what follows comes from the cache
    arguments = build_arguments(subject.language) | {"VERSION": VERSION, "REVISION": REVISION}
    junit, html = tmp_path / "reports/prove.xml", tmp_path / "reports/prove.html"
    words = [f"--build-arg={name}={value}" for name, value in arguments.items()]
    run = prove(folder, *words, "--json", "--junit", junit, "--html", html, timeout=840)
    assert run.ids("pass") == {each.id for each in experiments() if each.stage == "container"}, run.told() or run.err
    assert run.code == 0
    suite = ElementTree.fromstring(junit.read_text())
    assert len(suite) == int(suite.get("tests") or 0) == len(run.results)
    assert html.read_text().count("<svg") == 1 + sum(len(each["charts"]) for each in run.results.values())
