"""A sample of hostile answers; `python -m tests.answers SETS [SEED]` tries thousands, and prints a table.

KUBE_SCAFFOLD_SEED=N tries others.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.answers.formats import FORMATS, Format
from tests.answers.trial import Trial, said
from workshop import goldens

SEED = os.environ.get("KUBE_SCAFFOLD_SEED", "1")
SETS = 120

pytestmark = [pytest.mark.judges, pytest.mark.aside, pytest.mark.xdist_group("answers")]


@pytest.fixture(scope="module")
def trial(tmp_path_factory: pytest.TempPathFactory) -> Trial:
    made = Trial(f"{SEED}", tmp_path_factory.mktemp("answers"))
    made.add(SETS)
    return made


def test_each_language_has_services_that_were_accepted(trial: Trial) -> None:
    languages = next(each for each in goldens.engine()[0].asked if each.name == "language").choices
    assert set(trial.languages()) == {*languages.values(), "own"}
    assert any("selector_labels" in each for each in trial.accepted.values())
    assert min(trial.languages().values()) >= 5
    assert len(trial.refusals) >= SETS // 5


def test_what_is_refused_is_refused_in_one_sentence(trial: Trial) -> None:
    assert [words for _, words in trial.refusals if "\n" in words] == []


def test_no_file_leads_out_of_its_service(trial: Trial) -> None:
    assert {path.name for path in trial.folder.iterdir()} == {path.name for path in trial.accepted}


@pytest.mark.parametrize("wanted", FORMATS, ids=lambda each: each.name)
def test_every_accepted_set_parses(trial: Trial, wanted: Format) -> None:
    if reason := wanted.missing():
        pytest.skip(f"judges: {reason}")
    assert trial.files(wanted), "nothing to judge"
    assert said(trial, wanted) == {}


BROKEN = {
    "hadolint": ("Dockerfile", 'LABEL a="x\\"\nRUN \n'),
    "gofmt": ("x.go", 'package x\nvar a = "\n'),
    "rustfmt": ("x.rs", "fn a() { \n"),
    "tsc": ("x.ts", "const a = `;\n"),
    "javac": ("X.java", 'class X { String a = "; }\n'),
    "ruff": ("x.py", "a = '\n"),
    "yamllint": ("x.yaml", "a: [\n"),
    "promtool": ("rules.yaml", "groups: [{name: a, rules: [{alert: A, expr: 'sum('}]}]\n"),
    "nginx (stubs)": ("stubs/nginx.conf", "events {\n"),
    "nginx (sidecars)": ("breaker/nginx.conf", "events {\n"),
    "envoy": ("envoy.yaml", "static_resources: {listeners: 3}\n"),
    "make": ("Makefile", "all: ## x\n  echo\n"),
    "kustomize": ("overlays/dev/kustomization.yaml", "resources: [missing]\n"),
    "json": ("x.json", "{"),
    "toml": ("x.toml", 'a = "\n'),
    "yaml": ("x.yaml", "a: [\n"),
    "xml": ("pom.xml", "<a>&</a>"),
}


@pytest.mark.parametrize("wanted", FORMATS, ids=lambda each: each.name)
def test_the_judge_can_refuse(wanted: Format, tmp_path: Path) -> None:
    if reason := wanted.missing():
        pytest.skip(f"judges: {reason}")
    name, text = BROKEN[wanted.name]
    file = tmp_path / "service" / name
    file.parent.mkdir(parents=True)
    file.write_text(text)
    assert list(wanted.judge([file])) == [file]
