"""One question of the template, asked until its answer is right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from scaffold.engine.answers import Questionnaire
from scaffold.engine.questions import Question, cast, cast_to_bool
from scaffold.errors import AnswerError
from scaffold.prompt import fields
from scaffold.prompt.records import ask_records


def ask(questionnaire: Questionnaire, question: Question, default: Any, context: Mapping[str, Any]) -> Any:
    """Return a right answer; `default` is what Enter takes, or the records that are there already.

    Raises:
        BackError: on Esc.
        KeyboardInterrupt: on ^C and ^D.
    """
    if question.fields:
        return ask_records(questionnaire, question, default, context)
    if question.multiselect:
        return fields.several(question.help, question.choices, cast(question, default))
    if question.choices:
        return fields.choice(question.help, question.choices, default)
    if question.type == "bool":
        return fields.yes_or_no(question.help, default=cast_to_bool(default))

    def validate(text: str) -> bool | str:
        try:
            questionnaire.check(question, text, context)
        except AnswerError as error:
            return str(error)
        return True

    if question.secret:
        typed = fields.secret(question.help, validate)
        return questionnaire.check(question, typed, context) if typed else default
    return questionnaire.check(question, fields.text(question.help, str(default), validate), context)
