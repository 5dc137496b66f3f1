"""`scaffold template test`: goldens, laws, and mistakes that it must find with their file and line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import copier
import pytest

from scaffold.engine.template import load_template
from scaffold.releases.home import Homes
from scaffold.template import plain
from scaffold.template.goldens import Golden, Workshop
from scaffold.template.laws import Judges
from scaffold.template.laws import test as run_laws
from scaffold.template.place import write_plainly
from scaffold.template.plain import compared
from scaffold.template.work import open_platform
from tests.platform.conftest import URL, Run, release, tree

Mistake = Callable[[Path, Run], object]
Place = tuple[str, str, int, str]
"""A law, the file and line that it must name, and words of the message."""

QUESTIONS = "platform/questions.yml"
PAGE = "platform/files/PLATFORM.md.jinja"
LAST_RELEASE = "a rule that an answer of the last release breaks"
GOLDEN = "platform/goldens/shop"
DEPLOYMENT = "platform/files/deploy/base/deployment.yaml.jinja"
MAKEFILE = "templates/service/skeleton/Makefile.jinja"


def added(path: str, text: str) -> Mistake:
    def write(acme: Path, _: Run) -> None:
        (acme / path).parent.mkdir(parents=True, exist_ok=True)
        before = (acme / path).read_text() if (acme / path).exists() else ""
        (acme / path).write_text(before + text)

    return write


def replaced(path: str, old: str, new: str) -> Mistake:
    def write(acme: Path, _: Run) -> None:
        text = (acme / path).read_text()
        assert old in text
        (acme / path).write_text(text.replace(old, new, 1))

    return write


def removed(path: str) -> Mistake:
    return lambda _, run: run("remove", path)


MISTAKES: dict[str, tuple[list[Mistake], list[Place]]] = {
    "files": (
        [
            added(PAGE, "\nMore.\n"),
            added("platform/files/OWNERS.md", "# Owners\n\n{{ owner }}\n"),
            added("platform/files/deploy/quota.yaml", "kind: Quota\nspec: [1\n"),
            lambda _, run: run("build"),
            added(MAKEFILE, "# mine\n"),
            lambda _, run: run("backstage", "--publish", "gitlab"),
            replaced("template.yaml", "A service from", "Services from"),
        ],
        [
            ("goldens", f"{GOLDEN}/PLATFORM.md", 4, "The service has another line"),
            ("format", "platform/files/OWNERS.md", 3, "Jinja that was not rendered"),
            ("format", "platform/files/deploy/quota.yaml", 3, "is not valid YAML"),
            ("build", MAKEFILE, 102, "It is not what is built"),
            ("backstage", "template.yaml", 7, "It is not what is written. Run: scaffold template backstage"),
        ],
    ),
    "Jinja that does not parse": (
        [added(PAGE, "{% if %}\n")],
        [("build", PAGE, 4, "Expected an expression")],
    ),
    "a variable that is not there": (
        [added(PAGE, "{{ cost_centre }}\n")],
        [("build", PAGE, 4, "cost_centre is not a question, and the file does not set it. Did you mean cost_center?")],
    ),
    "a default that its validator refuses": (
        [replaced(QUESTIONS, "default: CC-0000", "default: CC-00")],
        [("renders", QUESTIONS, 9, "must be CC- and four digits")],
    ),
    "a fixed answer that is not a choice": (
        [added(QUESTIONS, "ci: {fixed: gitlb}\n")],
        [("build", QUESTIONS, 18, "Did you mean gitlab?")],
    ),
    "a file that another one includes": (
        [removed("{{ python }}/{{ parts }}/makefile")],
        [("renders", MAKEFILE, 16, "which is missing")],
    ),
    "a file that kustomize deploys": (
        [removed("deploy/base/network-policy.yaml.jinja")],
        [("check", f"{GOLDEN}/deploy/overlays/dev/kustomization.yaml", 1, "can't be built")],
    ),
    "a pod that is killed too early": (
        [
            lambda _, run: run("override", "deploy/base/deployment.yaml.jinja"),
            replaced(DEPLOYMENT, "GracePeriodSeconds: {{ grace_seconds.value }}", "GracePeriodSeconds: 1"),
        ],
        [("check", f"{GOLDEN}/deploy/base/deployment.yaml", 45, "P08-grace-period")],
    ),
    "a policy on something that is not there": (
        [replaced("platform/policy/names.yml", "has(object", "has(objct"), lambda _, run: run("build")],
        [("policy", "platform/policy/names.yml", 20, "there is no variable objct. Did you mean object?")],
    ),
    LAST_RELEASE: (
        [replaced(QUESTIONS, "[0-9]{4}", "[1-9]{4}"), replaced(f"{GOLDEN}.yml", "CC-1204", "CC-1214"),
         replaced(QUESTIONS, "CC-0000", "CC-1111")],
        [("update", QUESTIONS, 9, "must be CC- and four digits, not CC-1204")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_mistakes_are_found_in_their_places(name: str, acme: Path, run: Run) -> None:
    if name == LAST_RELEASE:
        added(f"{GOLDEN}.yml", "cost_center: CC-1204\n")(acme, run)
    release(acme, "1.0.0")
    mistakes, places = MISTAKES[name]
    for make in mistakes:
        make(acme, run)
    found = json.loads(run("test", "--json", "--no-copier", "-k", "shop", code=1).stdout)["problems"]
    for law, file, line, words in places:
        matching = [each for each in found if (each["law"], each["file"]) == (law, file)]
        assert any(each["line"] == line and words in each["message"] for each in matching), found


def test_a_new_template_is_right_and_goldens_are_accepted(acme: Path, run: Run) -> None:
    release(acme, "1.0.0")
    before = tree(acme)
    assert run("test").stdout == "2 goldens, 16 services: nothing wrong\n"
    assert tree(acme) == before
    added(PAGE, "\nMore.\n")(acme, run)
    run("build")
    assert run("test", "-k", "shop", "--no-copier", code=1).stdout.splitlines() == [
        f"{GOLDEN}/PLATFORM.md:4: goldens: The service has another line: ''",
        "1 golden, 15 services: 1 problem",
    ]
    assert "Wrote 2 files of goldens. Next: git diff platform/goldens" in run("test", "--accept", "--no-copier").stdout
    assert (acme / f"{GOLDEN}/PLATFORM.md").read_text().endswith("More.\n")
    assert "there is no golden shopp" in run("test", "-k", "shopp", code=2).stderr


def stop(_: Path) -> None:
    raise ValueError("Question 'x'\nis required")


@pytest.mark.parametrize(
    ("change", "path", "line", "words"),
    [
        (None, "", 0, ""),
        (lambda service: (service / "PLATFORM.md").write_text("# shop at acme\n\nCost\n"), "/PLATFORM.md", 3, "another line"),
        (lambda service: (service / "PLATFORM.md").unlink(), "/PLATFORM.md", 1, "Only scaffold makes this file."),
        (lambda service: (service / "x.md").touch(), "/x.md", 1, "Only plain Copier makes this file."),
        (lambda service: (service / "PLATFORM.md").chmod(0o755), "/PLATFORM.md", 1, "another mode"),
        (stop, ".yml", 1, "Plain Copier stops: Question 'x' is required"),
    ],
)  # fmt: skip
def test_plain_copier_must_give_the_same(
    change: Callable[[Path], object] | None,
    path: str,
    line: int,
    words: str,
    made: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shutil.copytree(made / "templates", tmp_path / "templates")
    shutil.copy(made / "copier.yml", tmp_path)
    golden, workshop = Golden(made, "shop"), Workshop(load_template(tmp_path), URL)

    def run_copy(source: str, folder: Path, **_: object) -> None:
        """Stand for a Copier that gives what `change` makes of the service."""
        assert change is not None
        write_plainly(folder, {file.path: file for file in Workshop(workshop.template, source).service(golden.given())})
        change(folder)

    if change is not None:
        monkeypatch.setattr(copier, "run_copy", run_copy)
    found = list(compared(golden, workshop, golden.given(), workshop.service(golden.given())))
    assert [(each.file, each.line) for each in found] == ([(f"{GOLDEN}{path}", line)] if path else [])
    assert all(words in each.message and each.law == "copier" for each in found)


def test_without_copier_the_test_says_so(acme: Path, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(plain, "find_spec", lambda _: None)
    platform = open_platform(acme, Homes())
    assert run_laws(platform, [], Judges(lambda _: [], lambda _: [], lambda _: [])).lacks_copier
    assert not run_laws(platform, [], Judges(lambda _: [], lambda _: [], lambda _: [], copier=False)).lacks_copier


def test_a_golden_is_rendered_once_for_copier(acme: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    workshop = Workshop(load_template(acme), URL)
    golden = Golden(acme, "shop")
    files = workshop.service(golden.given())
    monkeypatch.setattr(Workshop, "service", lambda *_: pytest.fail("rendered once more"))
    assert list(compared(golden, workshop, golden.given(), files)) == []
