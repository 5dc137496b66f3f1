"""`scaffold template test`: goldens, laws, and ten mistakes that it must find with their file and line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.platform.conftest import Run, release, tree

QUESTIONS = "platform/questions.yml"
PAGE = "platform/files/PLATFORM.md.jinja"
NETWORK = "deploy/base/network-policy.yaml.jinja"
DEPLOYMENT = "deploy/base/deployment.yaml.jinja"


def problems(run: Run, *arguments: str, code: int = 1) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(run("test", "--json", *arguments, code=code).stdout)["problems"]
    return found


def added(path: str, text: str) -> Callable[[Path, Run], object]:
    def write(acme: Path, _: Run) -> None:
        (acme / path).parent.mkdir(parents=True, exist_ok=True)
        before = (acme / path).read_text() if (acme / path).exists() else ""
        (acme / path).write_text(before + text)

    return write


def replaced(path: str, old: str, new: str) -> Callable[[Path, Run], object]:
    def write(acme: Path, run: Run) -> None:
        if path not in (PAGE, QUESTIONS):
            run("override", path.removeprefix("platform/files/"))
        text = (acme / path).read_text()
        assert old in text
        (acme / path).write_text(text.replace(old, new, 1))

    return write


def removed(path: str) -> Callable[[Path, Run], object]:
    return lambda _, run: run("remove", path)


MISTAKES: dict[str, tuple[Callable[[Path, Run], object], str, int, str, str]] = {
    "a golden of yesterday": (
        added(PAGE, "\nMore.\n"),
        "platform/goldens/shop/PLATFORM.md", 4, "goldens", "The service has another line",
    ),
    "Jinja that does not parse": (added(PAGE, "{% if %}\n"), PAGE, 4, "renders", "Expected an expression"),
    "a variable that is not there": (
        added(PAGE, "{{ cost_centre }}\n"), PAGE, 4, "renders", "'cost_centre' is undefined",
    ),
    "a file without its ending": (
        added("platform/files/OWNERS.md", "# Owners\n\n{{ owner }}\n"),
        "platform/files/OWNERS.md", 3, "format", "Jinja that was not rendered",
    ),
    "a manifest that is no YAML": (
        added("platform/files/deploy/quota.yaml", "kind: Quota\nspec: [1\n"),
        "platform/files/deploy/quota.yaml", 3, "format", "is not valid YAML",
    ),
    "a default that its validator refuses": (
        replaced(QUESTIONS, "default: CC-0000", "default: CC-00"), QUESTIONS, 8, "renders", "must be CC- and four",
    ),
    "a choice that a fixed answer is not": (
        added(QUESTIONS, "ci: {fixed: gitlb}\n"), QUESTIONS, 17, "renders", "gitlb",
    ),
    "a file that another one includes": (
        removed("{{ python }}/{{ parts }}/makefile"),
        "templates/service/skeleton/Makefile.jinja", 0, "renders", "which is missing",
    ),
    "a built file that was edited": (
        lambda acme, _: added("templates/service/skeleton/Makefile.jinja", "# mine\n")(acme, _),
        "templates/service/skeleton/Makefile.jinja", 0, "build", "It is not what is built",
    ),
    "a policy that was weakened": (
        removed("deploy/base/network-policy.yaml.jinja"), "", 0, "check", "network-policy",
    ),
    "a new rule that old answers break": (
        replaced(QUESTIONS, "^CC-[0-9]{4}$", "^CC-[1-9]{4}$"), "", 0, "update", "must be CC-",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_found_in_its_place(name: str, acme: Path, run: Run) -> None:
    release(acme, "1.0.0")
    make, file, line, law, words = MISTAKES[name]
    make(acme, run)
    found = problems(run)
    matching = [each for each in found if each["law"] == law and words in str(each["message"])]
    assert matching, found
    assert (matching[0]["file"], matching[0]["line"]) == (file, line), matching


def test_a_new_template_is_right_and_goldens_are_accepted(acme: Path, run: Run) -> None:
    assert run("test").stdout == "2 goldens, 16 services: nothing wrong\n"
    release(acme, "1.0.0")
    before = tree(acme)
    assert problems(run, code=0) == [] and tree(acme) == before
    added(PAGE, "\nMore.\n")(acme, run)
    run("build")
    done = run("test", "-k", "shop", code=1).stdout
    assert done.splitlines() == [
        "platform/goldens/shop/PLATFORM.md:4: goldens: The service has another line: ''",
        "1 golden, 15 services: 1 problem",
    ]
    assert "Wrote 2 files of goldens. Next: git diff platform/goldens" in run("test", "--accept").stdout
    assert (acme / "platform/goldens/shop/PLATFORM.md").read_text().endswith("More.\n")
    run("test", "--quiet")
    assert "there is no golden shopp" in run("test", "-k", "shopp", code=2).stderr
