"""A template may not take more time, memory or files than its bounds, nor answers stand for more."""

from __future__ import annotations

from pathlib import Path

import pytest

from scaffold.engine import bounds, render, template
from scaffold.engine.answers import Questionnaire
from scaffold.engine.jinja import Renderer
from scaffold.engine.template import load_template
from scaffold.errors import AnswerError
from tests.support.bombs import bomb
from tests.support.small_templates import refused, rendered, template_in


def test_a_bomb_of_aliases_in_a_template(root: Path) -> None:
    template_in(root, {}, bomb())
    refused(root, "its aliases stand for more than can be looked at")


def test_a_bomb_of_merged_maps_in_a_template(root: Path) -> None:
    lines = ["m0: &m0 {k: v}", *(f"m{n}: &m{n} {{<<: [*m{n - 1}, *m{n - 1}]}}" for n in range(1, 40))]
    template_in(root, {}, "\n".join(lines) + "\n")
    refused(root, "its aliases stand for more than can be looked at")


@pytest.mark.parametrize("kind", ["yaml", "str", "int", "json"])
def test_a_bomb_in_an_answer(kind: str, root: Path) -> None:
    template_in(root, {"x.jinja": "{{ a }}"}, f"a: {{type: {kind}, default: 1, validator: '{{{{ a | to_json }}}}'}}\n")
    value = ["x"]
    for _ in range(60):
        value = [value, value]
    looped: list[object] = []
    looped.append(looped)
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    texts = ["{" + bomb().replace("\n", ", ") + "}", "[" * 30_000, "9" * 10_000]
    for answer in (value, looped, deep, *(texts if kind != "str" else ())):
        with pytest.raises(AnswerError) as error:
            rendered(root, a=answer)
        assert "\n" not in str(error.value) and len(str(error.value)) < 700


ENDLESS = "{% for a in range(100000) %}{% for b in range(100000) %}{% set c = a %}{% endfor %}{% endfor %}"


def test_a_text_that_doubles_without_end(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MEMORY", 32 * 1024 * 1024)
    doubled = "{% set n.x = n.x ~ n.x %}"
    template_in(root, {"x.jinja": "{% set n = namespace(x='a') %}{% for i in range(99) %}" + doubled + "{% endfor %}"})
    refused(root, "skeleton/x.jinja, line 1: it takes more than 32 MiB of memory")


@pytest.mark.parametrize(
    "text",
    [
        ENDLESS,
        "{% macro m() %}" + ENDLESS + "{% endmacro %}{{ m() }}",
        "{{ ('a' * 40 ~ 'b') | regex_search('(a+)+$') }}",
        "{% set n = namespace(x=1) %}{% for i in range(99999) %}{% for j in range(99999) %}{% if n.x %}{% endif %}{% endfor %}{% endfor %}",
    ],
)  # fmt: skip
def test_an_endless_template_ends(text: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After its computing time, whatever else the machine does meanwhile."""
    monkeypatch.setattr(bounds, "SECONDS", 0.3)
    template_in(root, {"x.jinja": f"one\n{text}\n"})
    refused(root, "skeleton/x.jinja, line 2: it takes more than 0.3 s of computing")
    assert rendered(template_in(root.parent / "next", {"y": "y"})) == {"y": b"y"}


def test_what_never_ends_in_a_question_or_a_name(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "SECONDS", 0.3)
    template_in(root, {}, f"a: {{type: str, default: '{ENDLESS}'}}\n")
    refused(root, "question a: ", "it takes more than 0.3 s of computing")
    template_in(root, {ENDLESS.replace("100000", "99999"): "x"})
    refused(template_in(root, {}, "a: b\n"), "it takes more than 0.3 s of computing")


def test_all_defaults_together_are_bounded_once(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    template_in(root, {}, "".join(f"a{n}: {{type: str, default: '{{{{ 1 + {n} }}}}'}}\n" for n in range(9)))
    loaded = load_template(root)
    questionnaire = Questionnaire(loaded, Renderer(loaded.root, loaded.settings))
    answers = questionnaire.resolve({})
    entered: list[int] = []
    measured = bounds._data_in_use
    monkeypatch.setattr(bounds, "_data_in_use", lambda: entered.append(1) or measured())
    assert questionnaire.defaults(answers) == {f"a{n}": str(1 + n) for n in range(9)}
    assert len(entered) <= 1


def test_a_template_has_a_largest_number_of_files(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(render, "MOST_FILES", 9)
    template_in(root, {"{% yield n from range(10) %}{{ n }}{% endyield %}": ""})
    refused(root, "renders to more than 9 files")
    monkeypatch.setattr(template, "MOST_FILES", 0)
    refused(root, "holds more than 0 files")


def test_a_template_has_a_largest_size(root: Path) -> None:
    template_in(root, {"{% yield n from range(99) %}{{ n }}{% endyield %}.jinja": "{{ 'a' * 999999 }}"})
    refused(root, "renders to more than 64 MiB in all")


def test_the_limits_of_the_process_are_what_they_were(root: Path) -> None:
    import resource
    import signal

    before = resource.getrlimit(resource.RLIMIT_DATA), signal.getsignal(signal.SIGVTALRM)
    load_template(root)
    refused(template_in(root, {"x.jinja": "{{ 1 / 0 }}"}))
    assert (resource.getrlimit(resource.RLIMIT_DATA), signal.getsignal(signal.SIGVTALRM)) == before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0.0, 0.0)
