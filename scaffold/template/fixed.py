"""Refuses a fixed value that the base's own rule refuses: nobody is asked, so no answer would meet the rule."""

from __future__ import annotations

from contextlib import suppress

from scaffold.engine.answers import Questionnaire
from scaffold.engine.jinja import Renderer
from scaffold.engine.questions import Question
from scaffold.errors import AnswerError, FileError, ScaffoldError, TemplateError
from scaffold.template.base import Base
from scaffold.template.overlay import QUESTIONS, Overlay


def refuse_wrong_fixed(overlay: Overlay, base: Base) -> None:
    """Judge each fixed value of a question of the base by its type and validator, beside the base's defaults.

    Raises:
        FileError: for the first that is wrong.
    """
    fixed = {name: keys["fixed"] for name, keys in overlay.questions.items() if "fixed" in keys}
    questions = [each for each in base.template.questions if each.name in fixed and each.validator]
    if not questions:
        return
    renderer = Renderer(base.template.root, base.template.settings)
    questionnaire = Questionnaire(base.template, renderer)
    try:
        context = questionnaire.resolve(_needed(base)).context
    except ScaffoldError:  # no service of the base is made without answers that only a user knows
        return
    for question in questions:
        value = fixed[question.name]
        try:
            with suppress(TemplateError):  # it uses the platform's own questions; the goldens show what it gives
                value = renderer.string(value, context) if isinstance(value, str) else value
                questionnaire.check(question, value, context)
        except AnswerError as error:
            raise FileError(f"{QUESTIONS}: {error}") from error


def _needed(base: Base) -> dict[str, object]:
    return {each.name: _example(each) for each in base.template.asked if each.required}


def _example(question: Question) -> object:
    return "x" if question.example is None else question.example
