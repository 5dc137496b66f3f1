"""A description in a Dockerfile's label: what Docker reads is the summary, and what hadolint can't read is never there."""

from __future__ import annotations

import re

import pytest

from workshop import goldens

LANGUAGES = next(each for each in goldens.engine()[0].asked if each.name == "language").choices.values()
DESCRIPTIONS = [
    ("plain", "plain"),
    ("ends in \\", "ends in \\ "),
    ("\\\\", "\\\\ "),
    ('a \\"b\\" c', 'a \\ "b\\ " c'),
    ('"', '"'),
    ('x\\"', 'x\\ "'),
    ("$HOME \\$HOME", "$HOME \\$HOME"),
    ("C:\\temp", "C:\\temp"),
    ("'; RUN rm -rf / #", "'; RUN rm -rf / #"),
    ("first line \\\nsecond", "first line \\ "),
]


IN_LABEL = '{% from "templates/service/skeleton/{{ parts }}/labels.jinja" import in_label %}{{ in_label(text) }}'


@pytest.mark.parametrize(("description", "read"), DESCRIPTIONS)
def test_a_description_stays_what_it_is(description: str, read: str) -> None:
    label = goldens.engine()[2].string(IN_LABEL, {"text": description.splitlines()[0]})
    assert re.fullmatch(r'(?:[^\\"$]|\\[\\"$])*', label), "Docker would end the text, or put a variable's value in"
    assert re.sub(r"\\(.)", r"\1", label) == read
    assert '\\\\"' not in f'{label}"', "hadolint reads the quote as part of the text"


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_language_writes_its_label_so(language: str) -> None:
    answers = goldens.engine()[1].resolve({"name": "a", "language": language, "description": 'a \\"b" \\'})
    dockerfile = next(file for file in goldens.rendered(answers) if file.path == "Dockerfile").content.decode()
    assert 'image.description="a \\\\ \\"b\\" \\\\ " \\\n' in dockerfile
