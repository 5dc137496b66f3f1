"""Asks in the terminal. The rules are the template's own, applied while the user types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scaffold.engine.answers import Answers, Proposals, Questionnaire
from scaffold.prompt.interview import Interview


def ask_all(questionnaire: Questionnaire, given: Mapping[str, Any], proposed: Mapping[str, Any]) -> Answers:
    """Ask every question that matters and that `given` does not answer, or answers wrongly; `proposed` are defaults.

    Raises:
        KeyboardInterrupt: on ^C and ^D.
    """
    proposals = Proposals(proposed, dict.fromkeys(proposed, "the proposed answers"))
    return Interview(questionnaire, given, proposals).everything()
