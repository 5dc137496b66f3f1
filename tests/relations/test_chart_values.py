"""Numbers of a chart that belong together stay together: what follows from a value, what is refused, what its README has."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from scaffold.engine.answers_file import read_answers
from scaffold.files.folder import write_files
from tests.support.charts import Charted, lay_out
from tests.support.deployed import deployed, read_yaml
from tests.support.equality import Difference, differences
from workshop import goldens, helm

needs_helm = pytest.mark.skipif(bool(helm.missing()), reason=str(helm.missing()))

SHAPES = ("everything-go", "everything-java", "everything-python", "frontend-typescript")
"""Goldens with each kind of sidecar: native ones and plain ones, and with each kind of entry."""
STARTS = (1, 5, 6, 10, 11, 30, 31, 100, 301, 3600)
"""Around each place where the startup probe gets another period, or its failures are rounded."""


def answered(folder: Path, name: str, **changed: int) -> Path:
    """Write a golden with other answers."""
    given = {**read_answers(goldens.ROOT / "examples" / f"{name}.yml"), **changed}
    (folder / name).mkdir(parents=True)
    write_files(folder / name, goldens.rendered(goldens.engine()[1].resolve(given)))
    return folder / name


def compared(charted: Charted, example: Path, *words: str) -> list[Difference]:
    """Return how a chart with changed values differs from the overlay of a service with changed answers."""
    made = charted.objects("production", *words)
    release, namespace = charted.releases["production"]
    return differences(made, deployed(example, "production").objects, namespace, release)


@needs_helm
@pytest.mark.parametrize("name", SHAPES)
def test_a_changed_value_gives_what_the_changed_answer_gives(name: str, tmp_path: Path) -> None:
    changed = answered(tmp_path / "changed", name, startup_seconds=77, shutdown_seconds=99)
    charted = lay_out(tmp_path, name)
    found = compared(charted, changed, "--set", "startupSeconds=77,shutdownSeconds=99")
    assert not found, "\n".join(map(str, found))
    for one in ("startupSeconds=77", "shutdownSeconds=99"):
        assert compared(charted, changed, "--set", one), "each changes something"


@needs_helm
def test_the_startup_probe_follows_from_any_start(tmp_path: Path) -> None:
    charted = lay_out(tmp_path)
    given = read_answers(goldens.ROOT / "examples/mail.yml")
    for seconds in STARTS:
        answers = goldens.engine()[1].resolve({**given, "startup_seconds": seconds}).context
        made = charted.objects("production", "--set", f"startupSeconds={seconds}")
        (spec,) = (each["spec"] for each in made if each["kind"] == "Deployment")
        (served,) = (each for each in spec["template"]["spec"]["containers"] if each["name"] == "serve")
        probe = served["startupProbe"]
        found = (probe["periodSeconds"], probe["failureThreshold"], spec["progressDeadlineSeconds"])
        numbers = ("startup_period", "startup_failures", "progress_deadline")
        assert found == tuple(answers[number]["value"] for number in numbers), seconds


REFUSED = {
    "config.SHUTDOWN_SECONDS=90": "SHUTDOWN_SECONDS is 90, but shutdownSeconds is 60. Change only shutdownSeconds",
    "config.REQUEST_SECONDS=90": "REQUEST_SECONDS (90) are more than shutdownSeconds (60), so a request would be aborted",
    "config.DRAIN_SECONDS=59.5": "DRAIN_SECONDS (59.5) and REQUEST_SECONDS (11) are more than shutdownSeconds (60)",
    "config.LEDGER_TIMEOUT_SECONDS=11": "LEDGER_TIMEOUT_SECONDS (11) is not less than REQUEST_SECONDS (11)",
    "shutdownSeconds=12": "REQUEST_SECONDS (11) are more than shutdownSeconds (12)",
    "shutdownSeconds=3": "/shutdownSeconds",
    "startupSeconds=0": "/startupSeconds",
    "startupSeconds=1.5": "/startupSeconds",
    "terminationGracePeriodSeconds=3": "'terminationGracePeriodSeconds' not allowed",
    "autoscaling.maxReplicas=1": "autoscaling.maxReplicas (1) is less than replicas (3)",
    "replicas=0": "/replicas",
    "image.tag=latest": "/image/tag",
}


@needs_helm
@pytest.mark.parametrize("setting", REFUSED)
def test_numbers_that_do_not_fit_together_are_refused(setting: str, tmp_path: Path) -> None:
    charted = lay_out(tmp_path, "everything-go")
    given = "--set-string" if setting.startswith("config") else "--set"
    done = charted.helm("template", "production", given, setting)
    assert done.returncode != 0 and REFUSED[setting] in done.stderr, done.stderr


@needs_helm
def test_numbers_that_just_fit_are_not_refused(tmp_path: Path) -> None:
    charted = lay_out(tmp_path, "everything-go")
    made = charted.objects("production", "--set", "shutdownSeconds=13", "--set-string", "config.SHUTDOWN_SECONDS=13")
    (config,) = (each["data"] for each in made if each["metadata"]["name"] == "everything-go-config")
    assert config["SHUTDOWN_SECONDS"] == "13" and config["DRAIN_SECONDS"] == "2"


def leaves(values: Any, schema: Any, above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each value below which the schema knows no other, by its key with dots."""
    for key, value in values.items():
        known = schema["properties"][key]
        if "properties" in known:
            yield from leaves(value, known, f"{above}{key}.")
        else:
            yield f"{above}{key}", value


def test_the_readme_of_the_chart_has_each_value_with_its_default(charted: Charted) -> None:
    (values,) = read_yaml(charted.chart / "values.yaml")
    text = (charted.chart / "README.md").read_text()
    table = text.split("## Values")[1].split("\n## ")[0]
    rows = re.findall(r"^\| `([\w.]+)` \| (\w+) \| `(.+?)` \| (.+) \|$", table, re.MULTILINE)
    schema = json.loads((charted.chart / "values.schema.json").read_text())
    shown = [(key, json.loads(default.replace("\\|", "|"))) for key, _, default, _ in rows]
    assert shown == list(leaves(values, schema))
    names = {"array": "list"}
    for key, kind, _, meaning in rows:
        found = schema
        for part in key.split("."):
            found = found["properties"][part]
        assert kind == names.get(found["type"], found["type"]), key
        assert meaning.strip("- "), key


@needs_helm
def test_the_how_to_shows_what_helm_prints(tmp_path: Path) -> None:
    text = (goldens.ROOT / "docs/how-to/deploy-with-helm.md").read_text()
    shown = re.findall(r"^\$ helm (template payments .+)\n((?!\$|```)(?:.+\n)+?)(?=\$|```)", text, re.MULTILINE)
    assert len(shown) == 2
    given = {"name": "payments", "language": "go", "manifests": "helm"}
    write_files(tmp_path, goldens.rendered(goldens.engine()[1].resolve(given)))
    for words, output in shown:
        done = subprocess.run(
            [helm.program(), *words.split()], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode != 0 and done.stderr.startswith(output), done.stderr
