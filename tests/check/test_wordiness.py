"""Words that people write are told from what programs draw, and what describes a password from what may be one."""

from __future__ import annotations

import random
import string

import pytest

from scaffold.check.rules.guesses import is_guessed
from scaffold.check.rules.wordiness import is_drawn, is_of_words, spelled


@pytest.mark.parametrize("text", ["correct-horse-battery", "quadratic42", "P@ssw0rd!2020", "adminS3cret", "zookeeper"])
def test_words(text: str) -> None:
    assert is_of_words(text)
    assert not is_drawn(text)


@pytest.mark.parametrize("text", ["t7-Kx9Qw", "Ybtfjl10Vo", "1.10.12-python3.8", "wJalrXUtnFEMI/K7MDENG"])
def test_no_words(text: str) -> None:
    assert not is_of_words(text)


def test_digits_and_signs_that_stand_for_letters() -> None:
    assert spelled("P@ssw0rd-2020") == "password-2020"


@pytest.mark.parametrize("letters", [string.ascii_letters + string.digits, "0123456789abcdef"])
def test_what_programs_draw_is_seen_nearly_always(letters: str) -> None:
    dice = random.Random(1)
    drawn = ["".join(dice.choices(letters, k=32)) for _ in range(500)]
    assert sum(map(is_drawn, drawn)) > 450
    assert not any(map(is_guessed, drawn))


@pytest.mark.parametrize("text", ["super-S3cret-value", "openstack-cookie", "kafka", "x7Kp-2", "quadratic42"])
def test_what_anybody_guesses(text: str) -> None:
    assert is_guessed(text)


@pytest.mark.parametrize("text", ["correct-horse", "justice-for-all", "t7-Kx9Qw", "Ybtfjl10Vo"])
def test_what_nobody_guesses(text: str) -> None:
    assert not is_guessed(text)
