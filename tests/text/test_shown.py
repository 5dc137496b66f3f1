"""An answer is shown as Python and as the template show it, and never where it may be a secret."""

from __future__ import annotations

from typing import Any

import pytest

from scaffold.errors import AnswerError
from scaffold.text.shown import shown
from tests.support.answers import DEPENDENCY, questionnaire
from workshop import goldens


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("repository", "https://user:hunter2@github.com/a/b"),
        ("repository", "github.com/a/b?token=hunter2"),
        ("image_registry", "user:hunter2@registry.example.com/a"),
        ("name", "http://hunter2:@a"),
        ("ports", [{"name": "http", "number": "redis://:hunter2@db"}]),
        ("ports", "redis://:hunter2@db"),
        ("ports", {"url": "redis://:hunter2@db"}),
        ("ports", "[redis://:hunter2@db"),
        ("dependencies", [{**DEPENDENCY, "url": "http://user:hunter2@mail"}]),
        ("dependencies", [{**DEPENDENCY, "url": "http://localhost:8080/?key=hunter2"}]),
        ("dependencies", [{**DEPENDENCY, "url": "mail", "user:hunter2@mail": 1}]),
        ("trusted_proxies", ["http://user:hunter2@proxy"]),
        ("ci", "https://user:hunter2@ci"),
        ("native_sidecars", "https://user:hunter2@x"),
    ],
)
def test_what_may_be_a_secret_is_not_shown(question: str, value: Any) -> None:
    with pytest.raises(AnswerError) as caught:
        questionnaire().resolve({question: value})
    assert "hunter2" not in str(caught.value)


SHOWN: list[Any] = [
    *(
        "a",
        "a-b_c",
        "",
        "no",
        "TRUE",
        "1",
        "a b",
        'a"b',
        "ä",
        "x" * 60,
        "x" * 61,
        "a\n",
        "\x1b[31m",
        "http://u:p@h",
        "h?a=b",
        "é" * 70,
    ),
    *(1, 2.5, True, None, [1, "a"], {"a": [None]}, list(range(99)), ["http://u:p@h"]),
]


@pytest.mark.parametrize("value", SHOWN, ids=repr)
def test_both_show_a_value_alike(value: Any) -> None:
    source = '{% from "templates/service/questions/checks.jinja" import show %}{{ show(value) }}'
    assert goldens.engine()[2].string(source, {"value": value}).strip() == shown(value)
