"""Questions that go, or get another name: what was answered is taken along, by this engine and by plain Copier."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from scaffold import git as engine_git
from scaffold.errors import AnswerError
from scaffold.files.folder import RenderedFile, write_files
from scaffold.releases import History
from scaffold.releases.editions import Editions
from scaffold.releases.home import Home, project_url
from scaffold.update.run import Request, update
from scaffold.update.wanted import Wanted
from tests.support.answers import recorded_in
from workshop.history import Versions, git

pytestmark = pytest.mark.aside

QUESTIONS = "templates/service/questions/delivery.yml"
FIRST = """
tier: {type: str, help: How much it may cost, default: silver, example: gold}
squad: {type: str, help: Who is called at night, default: blue, example: red}
"""
SECOND = """
was_gold: {type: bool, when: false, default: "{{ tier | default('silver') == 'gold' }}"}
premium: {type: bool, help: May it cost more, default: "{{ was_gold }}", example: true}
crew: {type: str, help: Who is called at night, default: "{{ squad | default('blue') }}", example: red}
squad: {type: str, when: false, default: "{{ crew }}"}
"""
THIRD = SECOND.replace("example: red", "example: red, validator: \"{% if crew == 'red' %}no red crew{% endif %}\"")
Update = Callable[[Path, Path, str], None]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    versions = Versions(tmp_path_factory.mktemp("questions") / "template")
    questions = versions.root / QUESTIONS
    as_it_is = questions.read_text()
    for version, text, file in (
        ("1.0.0", FIRST, "{{ tier }} {{ squad }}\n"),
        ("2.0.0", SECOND, "{{ premium }} {{ squad }}\n"),
        ("2.1.0", SECOND, "{{ premium }} {{ crew }} again\n"),
        ("3.0.0", THIRD, "{{ crew }}\n"),
    ):
        questions.write_text(as_it_is + text)
        versions.write("WHO.txt.jinja", file)
        versions.release(version, f"change-{version[0]}-{version[2]}")
    return versions.root


@pytest.fixture
def service(template: Path, tmp_path: Path) -> Path:
    editions, first = Editions(History(template)), History(template).resolve("1.0.0")
    answers = editions.questionnaire(first).resolve({"tier": "gold", "squad": "red"})
    rendered = editions.rendered(first, answers, project_url(), "sha1")
    folder = tmp_path / "service"
    files = [RenderedFile(path, rendered.contents[path], b.mode == "100755") for path, b in rendered.blobs.items()]
    write_files(folder, files)
    engine_git.commit_all(folder, "made")
    return folder


def by_scaffold(folder: Path, template: Path, version: str) -> None:
    update(folder, Request(Home(project_url(), History(template)), version))


def by_copier(folder: Path, template: Path, version: str) -> None:
    settings = {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"url.{template}.insteadOf",
        "GIT_CONFIG_VALUE_0": project_url(),
        "COPIER_CACHE_DIR": str(folder.parent / "copier"),
    }
    command = [sys.executable, "-m", "copier", "update", "--quiet", "--defaults", "--vcs-ref", f"v{version}"]
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **settings}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("tool", [by_scaffold, by_copier])
def test_answers_are_taken_along(tool: Update, service: Path, template: Path) -> None:
    assert (service / "WHO.txt").read_text() == "gold red\n"
    tool(service, template, "2.0.0")
    assert (service / "WHO.txt").read_text() == "True red\n"
    answers = recorded_in(service)
    assert (answers["premium"], answers["crew"]) == (True, "red")
    assert not {"tier", "squad", "was_gold"} & set(answers)
    git(service, "add", "--all")
    git(service, "commit", "--quiet", "--message", "updated")
    tool(service, template, "2.1.0")
    assert (service / "WHO.txt").read_text() == "True red again\n"
    assert recorded_in(service) == {**answers, "_commit": "v2.1.0"}


@pytest.mark.parametrize("tool", [by_scaffold, by_copier])
def test_two_steps_at_once_take_them_along_too(tool: Update, service: Path, template: Path) -> None:
    tool(service, template, "2.1.0")
    assert (service / "WHO.txt").read_text() == "True red again\n"


def test_an_answer_that_became_wrong_stops_the_update(service: Path, template: Path) -> None:
    before = git(service, "status", "--porcelain"), (service / ".copier-answers.yml").read_text()
    with pytest.raises(AnswerError, match="no red crew"):
        by_scaffold(service, template, "3.0.0")
    assert (git(service, "status", "--porcelain"), (service / ".copier-answers.yml").read_text()) == before
    update(service, Request(Home(project_url(), History(template)), "3.0.0", Wanted({"crew": "green"})))
    assert (service / "WHO.txt").read_text() == "green\n"
