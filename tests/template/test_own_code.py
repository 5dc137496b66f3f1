"""Own code: everything but the code is the template's, and no file of the template is where code of the team is."""

from __future__ import annotations

from dataclasses import replace

import pytest
import yaml

from scaffold.engine.jinja import Renderer
from scaffold.engine.render import render
from workshop import goldens

OWN = sorted(set(goldens.NAMES) - set(goldens.GENERATED))
CODE = goldens.EXAMPLES / goldens.CODE


@pytest.mark.parametrize("name", OWN)
def test_what_belongs_to_the_team_is_never_in_the_way_of_the_template(name: str) -> None:
    """`_exclude` of copier.yml leaves out only what the template does not bring for own code anyway."""
    template, _, _ = goldens.engine()
    settings = {key: value for key, value in template.settings.items() if key != "exclude"}
    bare = replace(template, settings=settings)
    answers = goldens.answers_of(name)
    everything = {file.path for file in render(bare, Renderer(bare.root, settings), answers, goldens.ORIGIN)}
    assert everything == {file.path for file in goldens.rendered(answers)}


@pytest.mark.parametrize("name", OWN)
def test_no_alert_is_about_metrics_that_are_not_there(name: str) -> None:
    ours = yaml.safe_load((goldens.ROOT / "templates/service/contract.yml").read_text())["metrics"]
    names = [each for each in ours if isinstance(each, str) and "_" in each]
    assert names
    files = goldens.files_of(goldens.EXAMPLES / name)
    monitoring = {path: text.decode() for path, (text, _) in files.items() if "rule" in path}
    assert monitoring
    assert not [(path, each) for path, text in monitoring.items() for each in names if each in text]
    has_metrics = any("up{job=" in text for text in monitoring.values())
    answers = goldens.answers_of(name).context
    assert has_metrics == bool(answers["metrics_port"] or answers["sidecars_in_pod"])


def test_code_beside_the_examples_is_of_an_example_and_overwrites_nothing() -> None:
    for folder in CODE.iterdir():
        assert folder.name in OWN
        assert not goldens.files_of(folder).keys() & goldens.files_of(goldens.EXAMPLES / folder.name).keys()


def test_the_names_of_examples_show_whose_code_they_have() -> None:
    own = {name for name in goldens.NAMES if goldens.answers_of(name).context["code"] == "own"}
    assert own == set(goldens.NAMES) - set(goldens.GENERATED) != set()
