"""In which files of a service the answer to a question appears: found by rendering the service with two answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from scaffold.engine.questions import Question
from scaffold.errors import AnswerError
from workshop.goldens import answers_of, engine, rendered, tracked

BASE = "everything-python"
"""The example that is rendered; it has dependencies, jobs, a breaker and a limiter."""

OF_OWN_CODE = ("own-site", "own-worker", "own-broker")
"""The examples that are rendered for a question that only own code is asked; the first that shows something counts."""

_ANSWERS = ".copier-answers.yml"


@cache
def _before(example: str) -> Mapping[str, Any]:
    return tracked(rendered(answers_of(example)))


def files_of(question: Question) -> list[str]:
    """Return the files that differ, are new or gone when only this answer changes; none when no answer changes any."""
    bases = OF_OWN_CODE if "own" in question.when else (BASE,)
    return next((found for each in bases if (found := _files_of(question, each))), [])


def _files_of(question: Question, example: str) -> list[str]:
    asked = dict(answers_of(example).asked)
    for other in _others(question, asked[question.name]):
        try:
            after = tracked(rendered(engine()[1].resolve({**asked, question.name: other})))
        except AnswerError:
            continue
        before = _before(example)
        if found := [path for path in sorted({*before, *after} - {_ANSWERS}) if before.get(path) != after.get(path)]:
            return found
    return []


def _others(question: Question, answer: Any) -> Iterator[Any]:
    """Yield other answers, the likeliest first."""
    if question.choices:
        yield from (each for each in question.choices.values() if each not in (answer, "none"))
        yield "none"
    elif isinstance(answer, bool):
        yield not answer
    elif isinstance(answer, int):
        yield from (answer - 1, answer + 1, question.example)
    else:
        yield from (question.example, question.default)
        if isinstance(answer, list):
            yield from (answer[:-1], [])
