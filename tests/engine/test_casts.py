"""A raw answer becomes the value that Copier makes of it, or is refused; `STRICTER` lists what Copier would take."""

from __future__ import annotations

from typing import Any

import pytest
from copier._user_data import CAST_STR_TO_NATIVE

from scaffold.engine.questions import CASTS, Question, cast, refuse_no_boolean
from scaffold.errors import AnswerError
from tests.support.answers import questionnaire

WORDS = ["y", "Yes", "t", " TRUE ", "on", "n", "No", "f", "false", "OFF", "~", "null", "None", "", " ", "maybe", "yess"]
RAW: list[Any] = [
    *WORDS,
    *(
        "0",
        "1",
        "2",
        "-1",
        "0.5",
        "1.0",
        "nan",
        "inf",
        "1e3",
        "1_000",
        "0x10",
        "2026-01-02",
        "[1, {a: b}]",
        "{",
        "a: b: c",
    ),
    *(True, False, 0, 1, 2, -1, 0.0, 1.0, 0.5, None, [], [1], {}, {"a": 1}),
]

# What Copier takes for true or false by Python's truth, or for nothing, and we refuse.
STRICTER: list[Any] = [
    *("~", "null", "None", "", " ", "maybe", "yess"),
    *("2", "-1", "0.5", "1.0", "nan", "inf", "1e3", "1_000", "0x10", "2026-01-02", "[1, {a: b}]", "{", "a: b: c"),
    *(2, -1, 0.5, [], [1], {}, {"a": 1}),
]

PAIRS = [(kind, raw) for kind in CASTS for raw in RAW]


def ours(kind: str, raw: Any) -> Any:
    """Return the value of an answer, or AnswerError."""
    question = Question("q", kind)
    try:
        if kind == "bool":
            refuse_no_boolean(question, raw)
        return cast(question, raw)
    except AnswerError:
        return AnswerError


def copiers(kind: str, raw: Any) -> Any:
    """Return the value that Copier has for an answer (`Question.cast_answer`), or AnswerError where it refuses it."""
    if raw is None and kind not in ("json", "yaml"):
        return AnswerError
    try:
        return CAST_STR_TO_NATIVE[kind](raw)
    except (TypeError, AttributeError):
        return raw if kind in ("json", "yaml") else AnswerError
    except (ValueError, OverflowError):
        return AnswerError


@pytest.mark.parametrize(("kind", "raw"), PAIRS, ids=[f"{kind}-{raw!r}" for kind, raw in PAIRS])
def test_a_raw_answer_is_what_copier_makes_of_it(kind: str, raw: Any) -> None:
    mine, wanted = ours(kind, raw), copiers(kind, raw)
    if kind == "bool" and any(type(raw) is type(each) and raw == each for each in STRICTER):
        assert mine is AnswerError
        assert wanted in (True, False)
    else:
        assert repr(mine) == repr(wanted)


@pytest.mark.parametrize("raw", STRICTER, ids=repr)
def test_what_is_no_boolean_is_refused_in_one_sentence(raw: Any) -> None:
    with pytest.raises(AnswerError) as caught:
        refuse_no_boolean(Question("native_sidecars", "bool", example=True), raw)
    assert str(caught.value).startswith("native_sidecars must be true or false, not ")
    assert str(caught.value).endswith(". Example: true.")


@pytest.mark.parametrize("value", ["maybe", "", 2, [True], "native"])
def test_what_is_no_boolean_is_refused(value: Any) -> None:
    with pytest.raises(AnswerError, match=r"^native_sidecars must be true or false, not .*\. Example: true\.$"):
        questionnaire().resolve({"native_sidecars": value})


@pytest.mark.parametrize(("value", "wanted"), [("No", False), ("off", False), (0, False), ("yes", True), ("1", True)])
def test_words_for_a_boolean(value: Any, wanted: bool) -> None:
    assert questionnaire().resolve({"native_sidecars": value}).asked["native_sidecars"] is wanted
