"""Names that no question defines: `scaffold template build` refuses them with file, line and the nearest name."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffold.errors import FileError
from scaffold.releases.home import Homes
from scaffold.template.unknown import Names
from scaffold.template.work import open_platform
from tests.platform.conftest import DOCKERFILE, Run, tree
from tests.support.files import write_tree

FILES = "platform/files"
UNKNOWN: dict[str, tuple[dict[str, str], str]] = {
    "an added file": (
        {f"{FILES}/MORE.md.jinja": "# More\n\n{{ replica }}\n"},
        f"{FILES}/MORE.md.jinja:3: replica is not a question, and the file does not set it. Did you mean replicas?",
    ),
    "a question that is only in another branch": (
        {f"{FILES}/MORE.md.jinja": "{% if ci == 'x' %}\n{{ cost_centre }}{% endif %}\n"},
        f"{FILES}/MORE.md.jinja:2: cost_centre is not a question, and the file does not set it. Did you mean cost_c",
    ),
    "a question that was taken out again": (
        {"platform/questions.yml": "ci: {fixed: gitlab}\n"},
        f"{FILES}/PLATFORM.md.jinja:3: cost_center is not a question",
    ),
    "a path": ({f"{FILES}/{{{{ pyton }}}}/x.txt": "x\n"}, "}}/x.txt:1: pyton is not a question"),
    "an included file": ({f"{FILES}/{{{{ parts }}}}/more": "\n{{ nam }}\n"}, "/more:2: nam is not a question"),
    "a variable of a loop, behind it": (
        {f"{FILES}/a.jinja": "{% for port in ports %}{% endfor %}\n{{ prt }}{{ loop.index }}\n"},
        f"{FILES}/a.jinja:2: prt is not a question",
    ),
    "a variable that only Copier has": (
        {f"{FILES}/a.jinja": "{{ _copier_python }}\n"},
        f"{FILES}/a.jinja:1: _copier_python is not a question",
    ),
    "no Jinja": ({f"{FILES}/a.jinja": "\n{% if %}\n"}, f"{FILES}/a.jinja:2: it is not valid Jinja: Expected an expr"),
    "a fixed value that nothing uses": (
        {"platform/questions.yml": "cost_center: {type: str, help: x, default: ''}\nrepository_: {fixed: x}\n"},
        "repository_ is not a question of the base (v0.2.0), and nothing of yours uses it. Did you mean repository?",
    ),
    "a validator": (
        {"platform/questions.yml": "cost_center: {type: str, help: x, default: '', validator: '{{ cost_centr }}'}\n"},
        "platform/questions.yml: cost_center, validator: cost_centr is not a question. Did you mean cost_center?",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", UNKNOWN)
def test_a_name_that_nobody_defines(case: str, acme: Path) -> None:
    files, words = UNKNOWN[case]
    write_tree(acme, files)
    refused(acme, words)


def refused(acme: Path, words: str) -> None:
    """Build in this process: the template stays as it is."""
    before = tree(acme)
    with pytest.raises(FileError) as caught:
        open_platform(acme, Homes()).build()
    assert words in str(caught.value) and "\n" not in str(caught.value)
    assert tree(acme) == before


def test_an_override_that_uses_an_unknown_name(acme: Path, run: Run) -> None:
    run("override", DOCKERFILE)
    file = acme / FILES / DOCKERFILE
    file.write_text(file.read_text() + "{{ nmae }}\n")
    lines = file.read_text().count("\n")
    refused(acme, f"{FILES}/{DOCKERFILE}:{lines}: nmae is not a question")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("owner", r"templates/service/skeleton/.+, line \d+: it uses owner, but platform/questions.yml hides owner"),
        ("dependencies", r"hides dependencies without a default. Write `dependencies: {fixed: VALUE}` there."),
    ],
)
def test_a_question_without_a_default_is_hidden(name: str, words: str, acme: Path) -> None:
    platform = open_platform(acme, Homes())
    base, asked = platform.base, {"type": "str", "help": "x"}
    base.__dict__["questions"] = {**base.questions, name: asked}
    hidden = {**base.questions, "cost_center": asked, name: {**asked, "when": False}}
    with pytest.raises(FileError, match=words):
        Names(platform.overlay, base, base.files, hidden).check()


def test_names_that_a_template_has(acme: Path) -> None:
    with (acme / "platform/questions.yml").open("a") as file:
        file.write("\nregion: {fixed: eu}\nzone: {fixed: '{{ region }}-1'}\n")
    write_tree(
        acme / FILES,
        {
            "a.jinja": (
                "{% set x = 1 %}{% for port in ports %}{{ loop.index }}{{ port }}{{ x }}{% endfor %}"
                "{% macro m(a, b=2) %}{{ a }}{{ b }}{{ caller() if caller is defined }}{% endmacro %}{{ m(1) }}"
                "{{ former | default('') }}{{ other if other is defined }}{{ _copier_conf.answers_file }}{{ range(2) }}\n"
            ),
            "{% yield job from jobs %}{{ job.name }}.txt{% endyield %}.jinja": "{{ job.name }}\n",
            "{{ parts }}/more": "{{ job.name }}{{ cost_center }}\n",
            "plain.txt": "{{ whatever }}\n",
            "{{ zone }}.txt": "x\n",
        },
    )
    assert open_platform(acme, Homes()).build().written
