"""Of each shape that repositories have, all that is read of its services is compared, and the template takes it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from scaffold.adopt.facts import ORDER
from scaffold.adopt.reading import propose
from tests.adopt.reading.shapes import as_data, expected, read
from workshop import goldens

SECRETS = ("Ohg8eivaeL3u", "Eeng6ahZ0phieV7o")
"""What the shape `compose` has as its password and its key."""


@pytest.mark.parametrize(("name", "prefix"), expected())
def test_a_shape_is_read_in_whole(shape: Callable[[str], Path], name: str, prefix: str) -> None:
    assert as_data(propose(shape(name), prefix)) == read(name)[prefix]


@pytest.mark.parametrize(("name", "prefix"), expected())
def test_the_template_takes_what_is_proposed(name: str, prefix: str) -> None:
    template, questionnaire, _ = goldens.engine()
    asked = {question.name for question in template.asked}
    answers = {key: each["value"] for key, each in read(name)[prefix]["answers"].items() if key in asked}
    resolved = questionnaire.resolve(answers)
    assert {key: resolved.asked[key] for key in answers} == answers
    assert answers["code"] == "own"


def test_where_scaffold_runs_changes_nothing(shape: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch) -> None:
    top = shape("monorepo")
    for folder, prefix in (("services/mail", "services/mail/"), ("services", "services/cart/")):
        monkeypatch.chdir(top / folder)
        assert as_data(propose(top, prefix)) == read("monorepo")[prefix]


def test_no_answer_has_a_secret(shape: Callable[[str], Path]) -> None:
    proposal = propose(shape("compose"), "")
    assert "session-secret" in str(proposal.answers)
    assert not [secret for secret in SECRETS if secret in str(proposal)]


def test_facts_are_in_the_order_of_the_questions() -> None:
    asked = [question.name for question in goldens.engine()[0].asked]
    assert [name for name in asked if name in ORDER] == [name for name in ORDER if name in asked]
    assert set(ORDER) <= set(asked)
