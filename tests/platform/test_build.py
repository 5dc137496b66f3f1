"""`scaffold template build`: what an overlay says is what services get, by scaffold and by plain Copier."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from scaffold import __version__
from scaffold.cli.template import template
from scaffold.engine.answers import Questionnaire
from scaffold.engine.jinja import Renderer
from scaffold.engine.template import load_template
from scaffold.errors import AnswerError
from tests.platform.conftest import DOCKERFILE, URL, Run, release, tree
from tests.support.commands import scaffold

pytestmark = pytest.mark.aside


def service(acme: Path, folder: Path, *data: str, code: int = 0) -> str:
    words = [word for each in data for word in ("--data", each)]
    done = scaffold("new", str(folder), "--template", str(acme), "--defaults", *words, cwd=acme.parent)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stderr


def answers(folder: Path) -> dict[str, object]:
    found: dict[str, object] = yaml.safe_load((folder / ".copier-answers.yml").read_text())
    return found


def test_a_new_template_is_built_and_has_an_example_of_each_kind(acme: Path, run: Run, tmp_path: Path) -> None:
    assert run("build", "--check").stdout == "The built template is current.\n"
    before = tree(acme)
    run("build")
    assert tree(acme) == before
    release(acme, "1.0.0")
    service(acme, tmp_path / "shop", "cost_center=CC-1234")
    assert (tmp_path / "shop/PLATFORM.md").read_text() == "# shop at acme\n\nCost center: CC-1234\n"
    assert answers(tmp_path / "shop")["owner"] == "acme-org/platform"
    wrong = service(acme, tmp_path / "other", "cost_center=7", code=3)
    assert "cost_center must be CC- and four digits, not 7. Example: CC-1234." in wrong


def test_each_commented_example_works(acme: Path, run: Run, tmp_path: Path) -> None:
    """On the newest template, which has all questions; each line that the comments hold is taken as it is."""
    newest = tmp_path / "newest"
    done = scaffold("template", "new", str(newest), "--url", URL, "--vcs-ref", "HEAD", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for place, fewest in ((newest, 7), (acme, 4)):
        found = 0
        for name in ("questions.yml", "pins.yml", "remove.yml"):
            file = place / "platform" / name
            text, count = re.subn(r"(?m)^# ((?:  )?[\w-]+:[ \n]|- )", r"\1", file.read_text())
            file.write_text(text)
            found += count
        done = scaffold("template", "build", cwd=place)
        assert (done.returncode, found >= fewest) == (0, True), (done.stderr, found)
    asked = json.loads(scaffold("questions", "--template", str(newest), "--schema", cwd=tmp_path).stdout)["properties"]
    assert "limit_burst" not in asked and "ci" not in asked
    base = (newest / "templates/platform/changed.yml").read_text()
    assert "example.org/tier: standard" in base and "registry.example.org/docker-hub" in base
    assert not (newest / "templates/service/skeleton/compose.yaml.jinja").exists()
    named = re.findall(r"(?m)^scaffold template (\w+)", (newest / "README.md").read_text())
    assert {*named, "new"} == {*template.commands}


def test_everything_that_an_overlay_can_say(acme: Path, run: Run, tmp_path: Path) -> None:
    run("override", DOCKERFILE)
    file = acme / "platform/files" / DOCKERFILE
    file.write_text("# Ours\n" + file.read_text())
    run("remove", "renovate.json.jinja")
    (acme / "platform/questions.yml").write_text(
        "ci: {fixed: gitlab}\nlanguage: {choices: [python, go]}\nreplicas: {default: 4}\n"
    )
    (acme / "platform/pins.yml").write_text(
        "languages:\n  python: {runtime_image: 'registry.example.org/python:3.13.18'}\n"
    )
    (acme / "platform/files/PLATFORM.md.jinja").write_text("{{ name }}\n")
    assert "README" not in run("build").stdout
    release(acme, "1.0.0")
    service(acme, tmp_path / "shop")
    shop = tmp_path / "shop"
    assert (shop / "Dockerfile").read_text().startswith("# Ours\n")
    assert "registry.example.org/python:3.13.18" in (shop / "Dockerfile").read_text()
    assert not (shop / "renovate.json").exists()
    assert (shop / ".gitlab-ci.yml").is_file() and not (shop / ".github").exists()
    assert "ci" not in answers(shop) and answers(shop)["replicas"] == 4
    asked = json.loads(scaffold("questions", "--template", str(acme), "--schema", cwd=tmp_path).stdout)["properties"]
    assert "ci" not in asked and asked["language"]["enum"] == ["python", "go"] and asked["replicas"]["default"] == 4
    assert "language must be one of python, go, not java." in service(acme, tmp_path / "x", "language=java", code=3)
    environment = {**os.environ, "COPIER_CACHE_DIR": str(tmp_path / "cache")}
    command = [sys.executable, "-m", "copier", "copy", "--quiet", "--defaults", "--data", "name=shop"]
    subprocess.run([*command, str(acme), "copied"], cwd=tmp_path, env=environment, check=True, capture_output=True)
    copied = {path: text for path, text in tree(tmp_path / "copied").items() if path != ".copier-answers.yml"}
    assert copied == {path: text for path, text in tree(shop).items() if path != ".copier-answers.yml"}


WRONG = ["7", "", "CC-1234\n", "CC-1234\nx: y", " CC-1234", "CC-12345", "{{ 7 * 7 }}", "$(id)", "../CC-1234", "CC-" + "1" * 9999,
         "CC-\u0661\u0662\u0663\u0664", ["CC-1234"], {"CC-1234": 1}, 1234, True, None]  # fmt: skip


def test_a_platform_s_question_refuses_what_is_hostile(acme: Path) -> None:
    template = load_template(acme)
    questionnaire = Questionnaire(template, Renderer(template.root, template.settings))
    for value in WRONG:
        with pytest.raises(AnswerError) as refused:
            questionnaire.resolve({"name": "shop", "cost_center": value})
        assert re.match(r"cost_center (must|is) ", str(refused.value)), value
        assert "\n" not in str(refused.value)
    assert questionnaire.resolve({"name": "shop", "cost_center": "CC-1234"}).asked["cost_center"] == "CC-1234"


def test_an_older_scaffold_is_refused_and_copier_goes_on(acme: Path, run: Run, tmp_path: Path) -> None:
    manifest = acme / "scaffold-template.yml"
    manifest.write_text(manifest.read_text().replace("base:", 'min_scaffold: "0.4.0"\nbase:'))
    run("build")
    release(acme, "1.0.0")
    service(acme, tmp_path / "allowed", "cost_center=CC-1234")
    built = acme / "copier.yml"
    assert built.read_text().count('\n_min_scaffold_version: "0.4.0"\n') == 1
    built.write_text(built.read_text().replace('"0.4.0"', '"99.1"'))  # as a newer scaffold writes it
    release(acme, "1.1.0")
    shown = service(acme, tmp_path / "refused", "cost_center=CC-1234", code=6)
    assert f"the template needs scaffold 99.1 or newer, and this is {__version__}" in shown
    assert not (tmp_path / "refused").exists()
    copier = [sys.executable, "-m", "copier", "copy", "--quiet", "--defaults", "--data", "cost_center=CC-1234"]
    subprocess.run([*copier, str(acme), str(tmp_path / "copied")], check=True)


@pytest.mark.parametrize(("base", "least", "built"), [("0.3.0", "0.4.0", "0.4.0"), ("0.4.0", "0.3.0", "0.4.0")])
def test_of_two_layers_the_newer_scaffold_counts(base: str, least: str, built: str) -> None:
    from scaffold.template.build import _with_least

    text = f'# Of acme\n_min_scaffold_version: "{base}"\n_subdirectory: x\n'
    assert _with_least(text, least) == text.replace(base, built)


def test_a_template_that_was_edited_by_hand_is_not_current(acme: Path, run: Run) -> None:
    (acme / "copier.yml").write_text("name: x\n")
    (acme / "templates/service/more").write_text("more\n")
    before = tree(acme)
    done = run("build", "--check", code=1)
    assert done.stdout == (
        "The built template is not current (2 files):\n  copier.yml\n  templates/service/more (removed)\n"
        "Run: scaffold template build\n"
    )
    assert tree(acme) == before
    assert "the built template is not current" in run("status", code=1).stdout
    run("build")
    run("build", "--check")


def test_files_and_diff_say_where_each_file_comes_from(acme: Path, run: Run) -> None:
    run("override", DOCKERFILE)
    run("remove", "renovate.json.jinja")
    lines = run("files").stdout.splitlines()
    for line in (f"override  {DOCKERFILE}", "removed   renovate.json.jinja", "own       PLATFORM.md.jinja"):
        assert line in lines
    assert "base      Makefile.jinja" in lines
    assert run("diff").stdout == ""
    file = acme / "platform/files" / DOCKERFILE
    file.write_text("# Ours\n" + file.read_text())
    assert "+# Ours" in run("diff", DOCKERFILE).stdout.splitlines()
    assert "Makefile.jinja is not an override" in run("diff", "Makefile.jinja", code=12).stderr


def test_restore_gives_the_base_back(acme: Path, run: Run) -> None:
    before = tree(acme)
    run("override", DOCKERFILE)
    (acme / "platform/files" / DOCKERFILE).write_text("FROM scratch\n")
    run("remove", "renovate.json.jinja")
    run("build")
    run("restore", DOCKERFILE, "renovate.json.jinja")
    assert tree(acme) == before
