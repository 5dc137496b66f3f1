"""From raw answers to every value that the template needs: cast, validated, and the computed ones derived."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from scaffold.errors import AnswerError
from scaffold.jinja import Renderer
from scaffold.questions import Question, cast
from scaffold.template import Template


@dataclass(frozen=True)
class Derived:
    """One computed number: its name, value with unit, and the pattern (P01…P13) and reason that it has this value."""

    name: str
    value: str
    pattern: str
    reason: str


@dataclass(frozen=True)
class Answers:
    """All values of a service: `asked` were answered (or are defaults), `computed` follow from them."""

    asked: Mapping[str, Any]
    computed: Mapping[str, Any]

    @cached_property
    def context(self) -> dict[str, Any]:
        """Return both kinds together, as the templates see them."""
        return {**self.asked, **self.computed}

    @property
    def derived(self) -> list[Derived]:
        """Return the computed numbers that stand in the output, in reading order."""
        records = self.computed.get("derived", [])
        return [
            Derived(each["name"], f"{each['value']} {each['unit']}".strip(), each["pattern"], each["reason"])
            for each in records
        ]


def check_names(template: Template, given: Mapping[str, Any]) -> None:
    """Refuse keys that are no question, with the nearest right name.

    Raises:
        AnswerError: for the first unknown key.
    """
    known = [question.name for question in template.asked]
    for key in given:
        if key not in known:
            near = difflib.get_close_matches(str(key), known, n=1, cutoff=0.5)
            hint = f"did you mean {near[0]}?" if near else f"the questions are {', '.join(known)}."
            raise AnswerError(f"{key} is no question of this template; {hint}")


class Questionnaire:
    """Answers questions one after the other: each default and rule may depend on what was answered before."""

    def __init__(self, template: Template, renderer: Renderer) -> None:
        """Take the template and a renderer for its defaults and validators."""
        self.template = template
        self._renderer = renderer

    def default(self, question: Question, context: Mapping[str, Any]) -> Any:
        """Return the default, rendered with the answers so far and cast."""
        return cast(question, self._rendered(question.default, context))

    def check(self, question: Question, raw: Any, context: Mapping[str, Any]) -> Any:
        """Return the value of a raw answer.

        Raises:
            AnswerError: one sentence that names the question, the value and what is right.
        """
        value = cast(question, raw)
        if question.validator:
            problem = self._renderer.string(question.validator, {**context, question.name: value}).strip()
            if problem:
                raise AnswerError(problem.splitlines()[0])
        return value

    def resolve(self, given: Mapping[str, Any]) -> Answers:
        """Return all values for the given raw answers; every other question gets its default.

        Raises:
            AnswerError: for an unknown key or the first wrong answer.
        """
        check_names(self.template, given)
        asked: dict[str, Any] = {}
        computed: dict[str, Any] = {}
        context: dict[str, Any] = {}
        for question in self.template.questions:
            if question.computed:
                computed[question.name] = context[question.name] = self.default(question, context)
            else:
                raw = given[question.name] if question.name in given else self._rendered(question.default, context)
                asked[question.name] = context[question.name] = self.check(question, raw, context)
        return Answers(asked, computed)

    def _rendered(self, default: Any, context: Mapping[str, Any]) -> Any:
        return self._renderer.string(default, context) if isinstance(default, str) else default
