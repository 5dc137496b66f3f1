"""Asks in the terminal. The rules are the template's own, applied while the user types."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from scaffold.engine.answers import Answers, Proposals, Questionnaire
from scaffold.prompt.interview import Interview


def ask_again(questionnaire: Questionnaire, answers: Mapping[str, Any], names: Collection[str]) -> Answers:
    """Ask the questions of these names that matter, with their answers proposed; and those that are answered wrongly.

    Every other question keeps its answer, or takes its default.

    Raises:
        KeyboardInterrupt: on ^C and ^D.
    """
    return Interview(questionnaire, answers, Proposals()).again(names)
