"""`scaffold template backstage`: Backstage's own schema accepts the file, and it has each question as a form asks it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator

from scaffold.engine.questions import Question, question_from
from scaffold.releases.home import Homes
from scaffold.template import work
from scaffold.template.backstage import HOSTS, catalog_text
from scaffold.template.overlay import Overlay
from scaffold.template.work import open_platform
from tests.platform.conftest import Run, tree
from tests.support.commands import scaffold
from workshop import npm
from workshop.goldens import engine

JUDGE = """
const {templateEntityV1beta3Validator: validator} = require('@backstage/plugin-scaffolder-common');
const texts = JSON.parse(require('fs').readFileSync(0));
(async () => { for (const each of texts) {
  try { console.log(JSON.stringify(await validator.check(each))); } catch (error) { console.log(JSON.stringify(`${error}`)); }
} })();
"""
OVERLAY = Overlay(Path(), "acme", "https://git.example.org/platform/template.git", "1.0.0", "0" * 40)


def entity(asked: Sequence[Question], host: str = "github", action: str = "fetch:copier") -> dict[str, Any]:
    text = catalog_text(OVERLAY, asked, owner="group:default/acme", host=host, action=action)
    found: dict[str, Any] = yaml.safe_load(text)
    return found


def question(name: str, **keys: Any) -> Question:
    return question_from(name, {"type": "str", "help": f"What {name} is", "default": "x", **keys})


def page(*asked: Question) -> dict[str, Any]:
    found: dict[str, Any] = entity(asked)["spec"]["parameters"][0]
    return found


@pytest.mark.skipif(npm.missing() is not None or shutil.which("node") is None, reason="npm and node have the schema")
def test_the_schema_of_backstage_accepts_the_file_and_refuses_a_wrong_one() -> None:
    asked = tuple(engine()[0].asked)
    right = [entity(asked, host) for host in HOSTS]
    no_steps, wrong_kind = entity(asked), entity(asked)
    del no_steps["spec"]["steps"]
    wrong_kind["spec"]["parameters"] = "name"
    done = subprocess.run(
        ["node", "-e", JUDGE],
        input=json.dumps([*right, no_steps, wrong_kind]),
        cwd=npm.installed("backstage"),
        capture_output=True,
        text=True,
        check=True,
    )
    *accepted, first, second = map(json.loads, done.stdout.splitlines())
    assert accepted == [True] * len(HOSTS)
    assert "steps" in first and "parameters" in second


def test_each_question_is_asked_once_and_passed_on() -> None:
    asked = tuple(engine()[0].asked)
    found = entity(asked)["spec"]
    names = [name for each in found["parameters"][:-1] for name in properties_of(each)]
    assert sorted(names) == sorted(each.name for each in asked)
    values = found["steps"][0]["input"]["values"]
    assert list(values) == [each.name for each in asked]
    assert (values["name"], values["jobs"]) == ("${{ parameters.name }}", "${{ parameters.jobs | dump }}")
    assert values["replicas"] == "${{ parameters.replicas }}"
    for each in found["parameters"]:
        Draft7Validator.check_schema(each)


def properties_of(form: dict[str, Any]) -> set[str]:
    """Return every question of a form, also those that another answer shows."""
    found = set(form["properties"])
    for parent, depends in form.get("dependencies", {}).items():
        for branch in depends["oneOf"]:
            found |= branch["properties"].keys() - {parent}
    return found


@pytest.mark.parametrize(
    ("answers", "allowed"),
    [
        ({"expose": "none"}, True),
        ({"expose": "gateway", "hosts": ["a.example"], "gateway": "infra/public"}, True),
        ({"expose": "gateway", "hosts": "a.example"}, False),
        ({"expose": "gateway", "gateway": 7}, False),
        ({"expose": "mesh"}, False),
    ],
)
def test_a_form_depends_on_the_choice(answers: dict[str, Any], allowed: bool) -> None:
    (form,) = (each for each in entity(tuple(engine()[0].asked))["spec"]["parameters"] if each["title"] == "Exposure")
    assert "hosts" not in form["properties"]
    assert Draft7Validator(form).is_valid(answers) is allowed


def test_choices_have_their_labels_and_a_computed_default_stays_empty() -> None:
    form = page(
        question("size", choices={"Small (one pod)": "small", "Large": "large"}, default="small"),
        question("place", default="{{ size }}-x", example="here"),
        question("parts", multiselect=True, choices=["a", "b"], default=["a"]),
        question("word", secret=True, default=""),
        question("count", type="int", default=3),
        question_from("must", {"type": "str", "help": "Needed"}),
    )
    size = form["properties"]["size"]
    assert (size["enum"], size["enumNames"]) == (["small", "large"], ["Small (one pod)", "Large"])
    assert "default" not in form["properties"]["place"]
    assert form["properties"]["place"]["ui:options"] == {"placeholder": "here"}
    assert form["properties"]["parts"]["items"]["enum"] == ["a", "b"]
    assert form["properties"]["word"]["ui:field"] == "Secret"
    assert (form["properties"]["count"]["type"], form["properties"]["count"]["default"]) == ("integer", 3)
    assert form["required"] == ["must"]
    values = entity([question("word", secret=True, default="")])["spec"]["steps"][0]["input"]["values"]
    assert values == {"word": "${{ secrets.word }}"}


def test_a_changed_question_changes_the_file(acme: Path, run: Run) -> None:
    assert run("backstage").stdout == "Wrote template.yaml. Register its address in Backstage.\n"
    first = yaml.safe_load((acme / "template.yaml").read_text())
    assert "cost_center" in first["spec"]["parameters"][0]["properties"]
    assert run("backstage", "--check").stdout == "template.yaml is current.\n"
    with (acme / "platform/questions.yml").open("a") as file:
        file.write("language: {choices: [go, python]}\nci: {fixed: gitlab}\n")
    before = tree(acme)
    done = run("backstage", "--check", code=1)
    assert done.stdout == "template.yaml is not current. Run: scaffold template backstage\n" and tree(acme) == before
    run("backstage", "--publish", "gitlab", "--action", "acme:scaffold", "--owner", "group:default/platform")
    found = yaml.safe_load((acme / "template.yaml").read_text())["spec"]
    assert found["parameters"][0]["properties"]["language"]["enum"] == ["go", "python"]
    assert not any("ci" in properties_of(each) for each in found["parameters"])
    assert [each["action"] for each in found["steps"]] == [
        "acme:scaffold",
        "catalog:write",
        "publish:gitlab",
        "catalog:register",
    ]
    assert found["owner"] == "group:default/platform"


def test_options_stay_as_they_are_in_the_file(acme: Path, run: Run) -> None:
    run("backstage", "--publish", "gitlab", "--action", "acme:scaffold", "--owner", "group:default/platform")
    first = (acme / "template.yaml").read_text()
    assert run("backstage", "--check").stdout == "template.yaml is current.\n"
    run("backstage", "--publish", "gitea")
    assert (acme / "template.yaml").read_text() == first.replace("publish:gitlab", "publish:gitea")
    (acme / "template.yaml").write_text(first.replace("publish:gitlab", "publish:[").replace("steps:", "steps: ["))
    run("backstage")
    spec = yaml.safe_load((acme / "template.yaml").read_text())["spec"]
    assert (spec["owner"], spec["steps"][2]["action"]) == ("group:default/acme", "publish:github")


@pytest.mark.parametrize("link", [False, True])
def test_a_file_of_somebody_else_stays(link: bool, acme: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("kind: Template\n")
    if link:
        (acme / "template.yaml").symlink_to(tmp_path / "other")
    else:
        (acme / "template.yaml").write_text("kind: Template\n")
    before = tree(acme)
    assert "error: template.yaml" in run("backstage", code=12).stderr
    assert tree(acme) == before and (tmp_path / "other").read_text() == "kind: Template\n"


def test_the_questions_are_read_where_they_were_built(acme: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built = [each.name for each in open_platform(acme, Homes()).asked()]
    with (acme / "platform/questions.yml").open("a") as file:
        file.write("ci: {fixed: gitlab}\n")
    asked = [each.name for each in open_platform(acme, Homes()).asked()]
    assert asked == [name for name in built if name != "ci"] != built
    (acme / "platform/questions.yml").write_text(
        (acme / "platform/questions.yml").read_text()[: -len("ci: {fixed: gitlab}\n")]
    )
    monkeypatch.setattr(work, "write_plainly", lambda *_: pytest.fail("built once more"))
    assert [each.name for each in open_platform(acme, Homes()).asked()] == built


def test_outside_a_template_and_with_a_wrong_host(tmp_path: Path) -> None:
    done = scaffold("template", "backstage", cwd=tmp_path)
    assert (done.returncode, "has no scaffold-template.yml" in done.stderr) == (12, True)
    done = scaffold("template", "backstage", "--publish", "sourceforge", cwd=tmp_path)
    assert (done.returncode, "sourceforge" in done.stderr) == (2, True)
    assert list(tmp_path.iterdir()) == []
