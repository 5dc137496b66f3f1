"""Every golden passes its own lint and its own tests, by the verbs of its own Makefile.

One of each language has a setting more, and on others a team works by the steps of the README.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.generated.makefile import furnish, make
from tests.generated.required import REQUIRED, require
from tests.generated.team import TEAMS, work
from tests.real.conformance.subjects import Subject
from tests.support.answered import TEMPLATE
from tests.support.programs import LANGUAGES
from tests.support.verdicts import Inputs
from workshop import command, goldens
from workshop.aside import COMMAND_SECONDS

pytestmark = [pytest.mark.generated, pytest.mark.timeout(3600)]

# A golden whose tests would show nothing that another's do not, which has all that it has; they take half a minute.
# Its lint compiles it, with its tests, and without a warning.
TESTED_AS = {"frontend-java": "everything-java"}


@cache
def language_of(name: str) -> str:
    return str(goldens.answers_of(name).asked["language"])


def inputs(given: Mapping[str, Any]) -> Inputs:
    """Of the template and the answers, only a golden's language has an effect here."""
    name, language = given["name"], language_of(given["name"])
    answers = [f"examples/{each}.yml" for each in goldens.NAMES]
    return Inputs((f"examples/{name}",), LANGUAGES[language], language, (*TEMPLATE, *answers))


def each_golden(*left_out: str) -> pytest.MarkDecorator:
    """Return a mark for each golden; those of one language stay together, since they share what they install."""
    names = [name for name in goldens.GENERATED if name not in left_out]
    return pytest.mark.parametrize(
        "name", [pytest.param(name, marks=pytest.mark.xdist_group(language_of(name))) for name in names]
    )


def check(folder: Path, *verbs: str) -> None:
    """Run verbs of a golden's Makefile in a copy of it; they change none of its files."""
    name = folder.name
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(goldens.EXAMPLES / name, folder)
    edited = require(folder, name) | work(folder, name)
    furnish(folder, language_of(name))
    make(folder, *verbs)
    fresh = {path: each for path, each in goldens.files_of(goldens.EXAMPLES / name).items() if path not in edited}
    assert {path: each for path, each in goldens.files_of(folder).items() if path in fresh} == fresh


@pytest.mark.aside
@pytest.mark.kept(inputs=inputs)
@each_golden()
def test_lint_passes(name: str, services: Path) -> None:
    check(services / name, "lint")


@pytest.mark.kept(inputs=inputs)
@pytest.mark.flaky(reruns=1)  # its tests watch a clock a little, and here two of them run side by side
@each_golden(*TESTED_AS)
def test_its_own_tests_pass(name: str, services: Path) -> None:
    check(services / name, *(["openapi"] if name in TEAMS else []), "test")


@pytest.mark.xdist_group("python")
def test_a_wrong_variable_of_opentelemetry_does_not_stop_python_without_traces(services: Path) -> None:
    """FastAPI imports OpenTelemetry. Of the other languages, a service without traces has nothing of it at all."""
    folder = services / "awkward"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(goldens.EXAMPLES / folder.name, folder)
    furnish(folder, "python")
    env = {**os.environ, "OTEL_PROPAGATORS": "pigeon", "OTEL_PYTHON_CONTEXT": "pigeon"}
    done = command.run(
        ["../.venv/bin/python", "-m", "app", "help"], cwd=folder / "src", env=env, seconds=COMMAND_SECONDS
    )
    assert done.returncode == 0, done.stdout
    assert [json.loads(line)["message"] for line in done.stdout.splitlines()] == ["commands"]


def test_a_golden_of_each_language_has_a_required_setting() -> None:
    assert sorted(map(language_of, REQUIRED)) == sorted({language_of(name) for name in goldens.GENERATED})
    assert not (REQUIRED | TEAMS).keys() & TESTED_AS.keys(), "its tests run"


OF_ANSWERS = ("JobTest.java", "SecretsTest.java", "Environments.java")


def of_all(files: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out what differs by the names of jobs and secrets only. standalone-java has no secrets, and its tests run."""
    return {path: each for path, each in files.items() if not path.endswith(OF_ANSWERS)}


@pytest.mark.parametrize(("name", "other"), TESTED_AS.items())
def test_what_is_tested_as_another_has_its_tests_and_nothing_of_its_own(name: str, other: str) -> None:
    mine, others = (of_all(goldens.files_of(goldens.EXAMPLES / each / "src/test")) for each in (name, other))
    assert mine and mine == others
    assert language_of(name) == language_of(other)
    assert Subject(name).features <= Subject(other).features
