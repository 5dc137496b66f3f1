"""From raw answers to every value that the template needs: cast, validated, and the computed ones derived."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from scaffold.engine.bounds import bounded
from scaffold.engine.jinja import Renderer
from scaffold.engine.questions import Field, Question, cast, cast_to_bool, refuse_no_boolean
from scaffold.engine.template import Template
from scaffold.errors import AnswerError, FileError, TemplateError
from scaffold.files.values import refuse_endless
from scaffold.text.nearest import suggest

Answerer = Callable[[Question, Any, Mapping[str, Any]], Any]
"""Gives a raw answer for a question, its rendered default, and the values so far."""


@dataclass(frozen=True)
class Derived:
    """One computed number: its name, value with unit, and the pattern (P01…P15) and reason that it has this value."""

    name: str
    value: str
    pattern: str
    reason: str


@dataclass(frozen=True)
class Answers:
    """All values of a service: `asked` were answered (or are defaults), `computed` follow from them.

    `given` names the answers that somebody gave, or set as the default of a company; an answer beside them that is the
    template's default follows it. `secrets` names those that no answers file has.
    """

    asked: Mapping[str, Any]
    computed: Mapping[str, Any]
    given: frozenset[str] = frozenset()
    secrets: frozenset[str] = frozenset()

    @property
    def told(self) -> dict[str, Any]:
        """Return the asked ones without secrets: for the answers file, and for what people and programs see."""
        return {name: value for name, value in self.asked.items() if name not in self.secrets}

    @cached_property
    def context(self) -> dict[str, Any]:
        """Return both kinds together, as the templates see them."""
        return {**self.asked, **self.computed}

    @cached_property
    def fingerprint(self) -> str:
        """Return a text that is the same for the same values only."""
        return json.dumps([self.context, sorted(self.given)], sort_keys=True, default=str)

    @property
    def derived(self) -> list[Derived]:
        """Return the computed numbers that stand in the output, in reading order."""
        records = self.computed.get("derived", [])
        return [
            Derived(each["name"], f"{each['value']} {each['unit']}".strip(), each["pattern"], each["reason"])
            for each in records
        ]


@dataclass(frozen=True)
class Proposals:
    """Values that take the place of the template's defaults, and where each of them is set."""

    values: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)


def check_names(template: Template, given: Mapping[str, Any]) -> None:
    """Refuse keys that are not questions, with the nearest right name.

    Raises:
        AnswerError: for the first unknown key.
    """
    known = [question.name for question in template.asked]
    for key in given:
        if key not in known:
            near = suggest(key, known, f"The questions are {', '.join(known)}.", cutoff=0.5)
            raise AnswerError(f"{key} is not a question of this template. {near}")


class Questionnaire:
    """Answers questions one after the other: each default and rule may depend on what was answered before."""

    def __init__(self, template: Template, renderer: Renderer, earlier: Mapping[str, Any] | None = None) -> None:
        """Take the template and a renderer for its defaults and validators.

        `earlier` are the answers that a service gave to an earlier version: as in Copier, defaults see each of them
        until its question comes, so a question that got a new name takes over what was answered under the old one.
        """
        self.template = template
        self._renderer = renderer
        self._earlier = dict(earlier or {})

    def problems(self, question: Question, value: Any, context: Mapping[str, Any]) -> list[str]:
        """Return a sentence for each thing that is wrong with a value; none when it is right."""
        if not question.validator:
            return []
        text = self._string(question, question.validator, {**context, question.name: value})
        return [line.strip() for line in text.split("\n") if line.strip()]

    def relevant(self, question: Question, context: Mapping[str, Any]) -> bool:
        """Return whether the answer changes anything, after the answers so far."""
        return not question.relevant or cast_to_bool(self._string(question, question.relevant, context))

    def _is_asked(self, question: Question, context: Mapping[str, Any]) -> bool:
        return not question.when or cast_to_bool(self._string(question, question.when, context))

    def relevant_names(self, answers: Answers) -> list[str]:
        """Return the names of the questions whose answers change anything, in order."""
        asked = [each for each in self.template.asked if each.name in answers.asked]
        return [each.name for each in asked if self.relevant(each, answers.context)]

    def check(self, question: Question, raw: Any, context: Mapping[str, Any]) -> Any:
        """Return the value of a raw answer.

        Raises:
            AnswerError: one sentence that names the question, the value and what is right.
        """
        try:
            return self._checked(question, raw, context)
        except AnswerError as error:
            error.question = question.name
            raise

    def _checked(self, question: Question, raw: Any, context: Mapping[str, Any]) -> Any:
        try:
            refuse_endless(raw)
        except ValueError as error:
            raise AnswerError(f"{question.name} must be smaller: {error}.") from error
        if question.type == "bool" and not question.multiselect:
            refuse_no_boolean(question, raw)
        value = self._filled(question, cast(question, raw), context)
        if problems := self.problems(question, value, context):
            raise AnswerError(problems[0])
        return value

    def field_default(self, field: Field, record: Mapping[str, Any], context: Mapping[str, Any]) -> Any:
        """Return the default of a field of a record, beside the fields that are there already."""
        if not isinstance(field.default, str):
            return field.default
        try:
            return self._renderer.string(field.default, {**context, **record})
        except TemplateError as error:
            raise TemplateError(f"field {field.name}: {error}") from error

    def reason(self, question: Question, context: Mapping[str, Any]) -> str:
        """Return why the question's default is what it is; nothing where the template does not say."""
        return self._string(question, question.reason, context).strip()

    def _filled(self, question: Question, value: Any, context: Mapping[str, Any]) -> Any:
        """Return a list's records with all fields in order, with defaults for missing ones; other values unchanged."""
        if not question.fields or not isinstance(value, list):
            return value
        return [self._filled_record(question, each, context) for each in value]

    def _filled_record(self, question: Question, record: Any, context: Mapping[str, Any]) -> Any:
        if not isinstance(record, dict) or any(each.required and each.name not in record for each in question.fields):
            return record
        filled: dict[str, Any] = {}
        for each in question.fields:
            if each.name in record:
                filled[each.name] = record[each.name]
            elif each.default not in (None, ""):
                filled[each.name] = self.field_default(each, filled, context)
        return {**filled, **record}

    def walk(self, answer: Answerer, on_hidden: Callable[[Question], None] = lambda _: None) -> Answers:
        """Return all values: `answer(question, default, context)` gives each asked question's raw answer, in order.

        `on_hidden` gets each question that is not asked beside the answers before it.

        Raises:
            AnswerError: for the first wrong answer.
        """
        asked: dict[str, Any] = {}
        computed: dict[str, Any] = {}
        context: dict[str, Any] = dict(self._earlier)
        for question in self.template.questions:
            hidden = question.computed or not self._is_asked(question, context)
            if hidden:
                context.pop(question.name, None)
                on_hidden(question)
                if question.required:  # as in Copier, there is no such value then
                    continue
            default = self._default(question, context)
            if hidden:
                computed[question.name] = context[question.name] = self._computed(question, default)
            else:
                raw = answer(question, default, context)
                is_untold = question.secret and raw is default  # as in Copier, no rule holds for it
                value = cast(question, raw) if is_untold else self.check(question, raw, context)
                asked[question.name] = context[question.name] = value
        return Answers(asked, computed, secrets=self.template.secrets)

    def resolve(self, given: Mapping[str, Any], proposals: Proposals | None = None) -> Answers:
        """Return all values for the given raw answers; every other question gets its default, or what is proposed.

        Raises:
            AnswerError: for an unknown key or the first wrong answer.
            FileError: for a wrong proposal.
        """
        check_names(self.template, given)

        def answer(question: Question, default: Any, context: Mapping[str, Any]) -> Any:
            if question.name in given:
                return given[question.name]
            if question.required and not (proposals and question.name in proposals.values):
                raise AnswerError(f"{question.name} has no default. Answer it with --data {question.name}=VALUE.")
            return self.proposed(question, default, context, proposals)

        def refuse(question: Question) -> None:
            name = question.name
            if name in given and given[name] != self._earlier.get(name, given):  # a remembered one just goes
                raise AnswerError(f"{name} is not asked beside these answers ({question.when}). Leave it out.")

        with bounded("the template's questions"):
            answers = self.walk(answer, refuse)
            return replace(answers, given=frozenset(given) | self.taken(proposals, answers))

    def taken(self, proposals: Proposals | None, answers: Answers) -> frozenset[str]:
        """Return the names of the questions for which something is proposed that takes the place of the default.

        Somebody set it, so that it counts as given: it does not follow the template's default.
        """
        return frozenset(proposals.values).intersection(self.relevant_names(answers)) if proposals else frozenset()

    def proposed(
        self, question: Question, default: Any, context: Mapping[str, Any], proposals: Proposals | None
    ) -> Any:
        """Return what takes the place of a question's default: what is proposed for it, where the answer matters.

        Raises:
            FileError: when the proposal is wrong.
        """
        if proposals is None or question.name not in proposals.values or not self.relevant(question, context):
            return default
        try:
            return self.check(question, proposals.values[question.name], context)
        except AnswerError as error:
            raise FileError(f"{proposals.sources[question.name]}: {error}") from error

    def defaults(self, answers: Answers) -> dict[str, Any]:
        """Return what the default of each asked question is, beside these answers to those before it."""
        found: dict[str, Any] = {}

        def remember(question: Question, default: Any, _: Mapping[str, Any]) -> Any:
            found[question.name] = None if question.required else cast(question, default)
            return answers.asked[question.name]

        with bounded("the template's questions"):  # once: bounds for each text would take longer than most texts
            self.walk(remember)
        return found

    def unanswered(self) -> dict[str, Any]:
        """Return the default of each asked question where nobody answers any; None where there is none."""
        known: dict[str, Any] = {}
        for question in self.template.questions:
            with suppress(AnswerError, TemplateError):  # it needs an answer that only a user gives
                if not question.required:
                    known[question.name] = cast(question, self._default(question, known))
        return {question.name: known.get(question.name) for question in self.template.asked}

    def _computed(self, question: Question, default: Any) -> Any:
        """Return a computed value; for one template, the same text gives the same object.

        Never for two: a template can change an object, and what another one gives must not follow from that.
        """
        memo = self._renderer.memo
        if memo is None or not isinstance(default, str) or question.multiselect:
            return cast(question, default)
        return memo.value((question.name, question.type, default), lambda: cast(question, default))

    def _default(self, question: Question, context: Mapping[str, Any]) -> Any:
        default = question.default
        if isinstance(default, list):  # Copier renders the texts of a list, and no mappings
            return [self._string(question, item, context) if isinstance(item, str) else item for item in default]
        return self._string(question, default, context) if isinstance(default, str) else default

    def _string(self, question: Question, source: str, context: Mapping[str, Any]) -> str:
        try:
            return self._renderer.string(source, context)
        except TemplateError as error:
            raise TemplateError(f"question {question.name}: {error}") from error
