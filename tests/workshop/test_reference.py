"""docs/reference is what the code and the template give now, and leaves nothing out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scaffold import errors
from scaffold.cli import COMMANDS
from scaffold.patterns import PATTERNS
from scaffold.prove.select import experiments
from workshop import goldens
from workshop.reference import exit_codes
from workshop.reference.derived import EXAMPLE, values_of
from workshop.reference.pages import FOLDER, MAKERS, index
from workshop.reference.rules import demands
from workshop.reference.variables import OTHERS

VARIABLE = re.compile(r"\bSCAFFOLD_[A-Z_]+[A-Z]\b")


def read(name: str) -> str:
    return (FOLDER / name).read_text()


@pytest.mark.parametrize("name", MAKERS)
def test_a_page_is_what_is_made_now(name: str) -> None:
    assert MAKERS[name][1]() == read(name), "run ./dev docs"


def test_there_is_no_page_that_nothing_makes() -> None:
    assert {path.name for path in FOLDER.iterdir()} == {"README.md", *MAKERS}, "run ./dev docs"
    assert index() == read("README.md"), "run ./dev docs"


def test_every_exit_code_has_a_row() -> None:
    raised = {each.exit_code for each in vars(errors).values() if isinstance(each, type)}
    raised |= {errors.CONFLICTS, errors.INTERRUPTED, errors.INTERNAL}
    rows = {int(code) for code in re.findall(r"^\| (\d+) \|", read("exit-codes.md"), re.MULTILINE)}
    assert rows == set(exit_codes.meanings())
    assert raised <= rows


def test_every_question_command_pattern_and_experiment_is_there() -> None:
    sections = re.findall(r"^### (\w+)$", read("questions.md"), re.MULTILINE)
    assert sorted(sections) == sorted(each.name for each in goldens.engine()[0].asked)
    assert re.findall(r"^## scaffold (\w+)$", read("cli.md"), re.MULTILINE) == list(COMMANDS)
    assert re.findall(r"^\| \[(P\d\d)\]", read("patterns.md"), re.MULTILINE) == list(PATTERNS)
    assert re.findall(r"^\| `(P\d\d-[\w-]+)`", read("experiments.md"), re.MULTILINE) == [e.id for e in experiments()]


def test_every_derived_value_of_the_example_is_there() -> None:
    answers = goldens.answers_of(EXAMPLE)
    titles = {each.title for each in values_of(answers)}
    for each in answers.derived:
        owner, _, rest = each.name.partition(": ")
        assert (f"{rest} of a dependency" if rest else owner) in titles


def test_every_variable_that_the_code_names_is_there() -> None:
    page = read("settings.md")
    sources = [path.read_text() for path in (goldens.ROOT / "scaffold").rglob("*.py")]
    named = {name for text in sources for name in VARIABLE.findall(text)} - {"SCAFFOLD_COMPLETE"}
    assert {name for name in named if f"`{name}`" not in page} == set()
    assert "NO_COLOR" in OTHERS


def test_a_rule_is_found_where_a_macro_of_a_macro_says_it() -> None:
    question = next(each for each in goldens.engine()[0].asked if each.name == "kubernetes_namespace")
    assert any("59 characters" in each.rule for each in demands(question))
    ports = next(each for each in goldens.engine()[0].asked if each.name == "ports")
    assert any(each.field == "number" and "65535" in each.rule for each in demands(ports))


def test_no_page_names_a_place_of_this_machine() -> None:
    for path in FOLDER.iterdir():
        assert str(goldens.ROOT) not in path.read_text(), path.name
        assert str(Path.home()) not in path.read_text(), path.name


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.md")), ids=lambda path: path.name)
def test_links_to_a_heading_lead_to_one(path: Path) -> None:
    for target, anchor in re.findall(r"\]\(([^)#]*)#([^)]+)\)", path.read_text()):
        headings = re.findall(r"^#+ (.+)$", (path.parent / target if target else path).read_text(), re.MULTILINE)
        assert anchor in {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}, (target, anchor)


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.md")), ids=lambda path: path.name)
def test_tables_have_as_many_cells_as_their_heads(path: Path) -> None:
    for lines in re.findall(r"(?:^\|.*\n)+", path.read_text(), re.MULTILINE):
        assert len({len(re.findall(r"(?<!\\)\|", line)) for line in lines.splitlines()}) == 1, lines.splitlines()[0]
