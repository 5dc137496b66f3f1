"""Answers as people read them."""

from __future__ import annotations

from typing import Any

import pytest

from scaffold.text.words import in_words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("text", "text"),
        (8080, "8080"),
        (0.5, "0.5"),
        (True, "yes"),
        (False, "no"),
        ([], "none"),
        (["10.0.0.0/8", "192.0.2.0/24"], "10.0.0.0/8, 192.0.2.0/24"),
        ([{"name": "http", "number": 8080}], "http (number 8080)"),
        ([{"name": "a", "critical": True}, {"name": "b"}], "a (critical yes); b"),
        ([{}], "none"),
    ],
)
def test_a_value_in_words(value: Any, words: str) -> None:
    assert in_words(value) == words
