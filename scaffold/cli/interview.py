"""The conversation of `scaffold new` in a terminal: first the questions, then the summary, until all is right."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scaffold.engine.answers import Answers, Proposals, Questionnaire
    from scaffold.new.unfinished import Unfinished
    from scaffold.prompt.interview import Interview

KEPT = "Your answers are saved. Continue with: scaffold new --resume"


def ask(questionnaire: Questionnaire, given: dict[str, Any], proposed: Proposals, wanted: Unfinished) -> Answers | None:
    """Ask, summarize, and let the user change answers until they are right; None when the user quits.

    Until the service is written, the answers are kept for --resume.

    Raises:
        KeyboardInterrupt: on ^C and ^D; it says how to go on.
        FileError: for a wrong default in a file of settings.
    """
    from scaffold.new.unfinished import keep
    from scaffold.prompt.interview import Interview

    known = {question.name for question in questionnaire.template.asked}
    typed = {name: value for name, value in wanted.typed.items() if name in known}
    interview = Interview(questionnaire, given, proposed, typed, [name for name in wanted.seen if name in known])
    try:
        answers = _reviewed(interview, interview.first())
    except KeyboardInterrupt as interrupted:
        if interview.seen and keep(replace(wanted, typed=interview.typed, seen=interview.seen)):
            interrupted.args = (f"nothing was written. {KEPT}",)
        raise
    keep(replace(wanted, typed=interview.typed, seen=interview.seen))
    return answers


def _reviewed(interview: Interview, answers: Answers) -> Answers | None:
    """Show the summary until the answers are right; None when the user quits."""
    from scaffold.prompt import review
    from scaffold.show import summary as show
    from scaffold.show.console import console

    while True:
        sections = interview.sections(answers)
        show.summary(console(), [show.Section(title, rows) for title, rows in sections.items()])
        choice = review.what_next(list(reversed(sections)))
        while choice == review.NUMBERS:
            show.numbers(console(), answers.derived)
            choice = review.what_next(list(reversed(sections)))
        if choice == review.CREATE:
            return answers
        if choice == review.QUIT:
            return None
        answers = interview.change_group(choice, answers)
