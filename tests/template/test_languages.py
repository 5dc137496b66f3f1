"""A language is one folder, one choice, one entry of pins and its goldens: nothing that is shared knows of any language."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import jinja2
import pytest
from jinja2 import nodes

from workshop import goldens

SKELETON = goldens.ROOT / "templates/service/skeleton"
QUESTIONS = goldens.ROOT / "templates/service/questions"
CHOICES = next(question for question in goldens.engine()[0].asked if question.name == "language").choices
LANGUAGES = list(CHOICES.values())
FOLDERS = [f"{{{{ {language} }}}}" for language in LANGUAGES]
# As people write them: the languages' names and what they stand on, from the labels of the choices.
PROPER_NAMES = sorted({name for label in CHOICES for name in re.findall(r"[\w./]+", label)})

SHARED = [
    path
    for path in sorted(SKELETON.rglob("*"))
    if path.is_file() and path.relative_to(SKELETON).parts[0] not in FOLDERS
]
LANGUAGE_QUESTIONS = {"language.yml", "pins.yml"}  # the choice and its folder's variable; the entry of pins


def named_in(template: str) -> set[str]:
    """Return the languages that a template names: in its program as a name, an attribute or a text, or in its prose."""
    tree = jinja2.Environment(autoescape=True).parse(template)
    program = {str(node.value) for node in tree.find_all(nodes.Const)}
    program |= {node.name for node in tree.find_all(nodes.Name)} | {node.attr for node in tree.find_all(nodes.Getattr)}
    prose = " ".join(node.data for node in tree.find_all(nodes.TemplateData))
    return (program & set(LANGUAGES)) | {
        name for name in PROPER_NAMES if re.search(rf"(?<![\w/-]){re.escape(name)}(?![\w/-])", prose)
    }


@pytest.mark.parametrize("path", SHARED, ids=lambda path: path.relative_to(SKELETON).as_posix())
def test_no_shared_file_names_a_language(path: Path) -> None:
    assert named_in(path.read_text()) == set()
    assert not set(re.findall(r"\w+", path.relative_to(SKELETON).as_posix())) & set(LANGUAGES)


@pytest.mark.parametrize(
    "template",
    ["{% if language == 'go' %}{% endif %}", "{{ languages.rust.version }}", "{% if python %}x{% endif %}", "in Java."],
)
def test_a_name_is_found(template: str) -> None:
    assert named_in(template)


@pytest.mark.parametrize("path", sorted(QUESTIONS.iterdir()), ids=lambda path: path.name)
def test_no_question_but_the_languages_own_names_a_language(path: Path) -> None:
    program = set(re.findall(r"(?<![\w-])\w+(?![\w-])", re.sub(r"(?m)^\s*(#|help:).*$", "", path.read_text())))
    assert (path.name in LANGUAGE_QUESTIONS) == (set(LANGUAGES) <= program) == bool(set(LANGUAGES) & program)


def test_no_language_needs_another_ones_folder() -> None:
    for language, folder in zip(LANGUAGES, FOLDERS, strict=True):
        for path in (SKELETON / folder).rglob("*"):
            if path.is_file():
                found = set(re.findall(r"languages\.(\w+)", path.read_text(errors="ignore"))) - {language}
                assert not found & set(LANGUAGES), path


def test_contributing_lists_every_place_that_names_a_language() -> None:
    """All but the folders and the goldens: a file that has a language's name as a text must be in the list."""
    section = (goldens.ROOT / "CONTRIBUTING.md").read_text().split("## Adding a language")[1].split("\n## ")[0]
    for path in python_files():
        if path.name not in section and names_every_language(path):
            raise AssertionError(
                f"{path.relative_to(goldens.ROOT)} knows the languages, but CONTRIBUTING does not say so"
            )
    for name in LANGUAGE_QUESTIONS:
        assert name in section


def python_files() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "*.py", "--", ":!examples", ":!templates"],
        cwd=goldens.ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return [goldens.ROOT / name for name in listed.stdout.split() if not name.endswith("test_languages.py")]


def names_every_language(path: Path) -> bool:
    """Return whether a module has most languages as texts of its own: then a new one has to be added to it."""
    texts = {node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)}
    return len(texts & set(LANGUAGES)) > len(LANGUAGES) / 2
