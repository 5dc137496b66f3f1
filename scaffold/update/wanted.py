"""What a user wants of a service's answers: given again, records added to and removed from lists, or asked again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from scaffold.engine.answers import Answers, Questionnaire, check_names
from scaffold.engine.questions import Question, cast, cast_to_yaml
from scaffold.engine.template import Template
from scaffold.errors import AnswerError
from scaffold.text.nearest import suggest
from scaffold.text.shown import shown

Ask = Callable[[Questionnaire, Mapping[str, Any], Collection[str]], Answers]
"""Asks the questions of these names; the answers that are there are proposed, and answer the others.

Of what it returns, those answers count as given that the user typed and that are not a default.
"""

ALL = "all"
"""In place of a question's name: each of them."""


@dataclass(frozen=True)
class Wanted:
    """`given` are answers; `added` records by LIST.NAME, as YAML; `removed` names of answers, and LIST.NAME.

    `ask` asks the questions named in `asked` (ALL for each), and with `ask_new` those that are not answered yet.
    """

    given: Mapping[str, Any] = field(default_factory=dict)
    added: Mapping[str, Any] = field(default_factory=dict)
    removed: tuple[str, ...] = ()
    ask: Ask | None = None
    asked: tuple[str, ...] = ()
    ask_new: bool = False

    @property
    def names(self) -> set[str]:
        """Return the names of the questions whose answers are given again, or changed."""
        return {*self.given, *(each.partition(".")[0] for each in (*self.added, *self.removed))}

    def names_to_ask(self, template: Template, known: Collection[str]) -> set[str]:
        """Return the names of the questions to ask, where the service has answered those that are `known`.

        Raises:
            AnswerError: when one is not a question.
        """
        check_names(template, dict.fromkeys(each for each in self.asked if each != ALL))
        every = {question.name for question in template.asked}
        named = every if ALL in self.asked else set(self.asked)
        return named | (every - set(known) - self.given.keys() if self.ask_new else set())


@dataclass(frozen=True)
class Outcome:
    """The answers, each as it was given or cast, and the names of those that somebody gave.

    `cleaned` are the lists whose records named a record that was removed, and no longer do.
    """

    answers: Mapping[str, Any]
    given: frozenset[str]
    cleaned: frozenset[str] = frozenset()


def apply_wanted(template: Template, wanted: Wanted, kept: Outcome, current: Mapping[str, Any]) -> Outcome:
    """Return the answers that are `kept`, changed as wanted; `current` has those, too, that follow their defaults.

    Raises:
        AnswerError: when there is no such question, list or record, or one is there already.
    """
    check_names(template, wanted.given)
    questions = {question.name: question for question in template.asked}
    answers = {**kept.answers, **wanted.given}
    given = kept.given | wanted.given.keys()
    lists: dict[str, list[dict[str, Any]]] = {}

    def records(name: str) -> tuple[Question, list[dict[str, Any]]]:
        question = _list(questions, name)
        if question.name not in lists:
            found = cast(question, answers.get(question.name, current.get(question.name, [])))
            lists[question.name] = [dict(each) for each in found or () if isinstance(each, Mapping)]
        return question, lists[question.name]

    for word in wanted.removed:
        if word in questions:
            answers.pop(word, None)
            given -= {word}
        else:
            _remove(word, *records(word))
    for word, text in wanted.added.items():
        _add(word, text, *records(word))
    answers |= lists
    cleaned: dict[str, list[Any]] = {}
    for word in wanted.removed:
        if word not in questions and not _has(word, *records(word)):
            cleaned |= _cleaned(word, template.asked, {**answers, **cleaned})
    return Outcome({**answers, **cleaned}, given | lists.keys(), frozenset(cleaned))


def _list(questions: Mapping[str, Question], word: str) -> Question:
    """Return the question that LIST.NAME means.

    Raises:
        AnswerError: when there is no such list of records.
    """
    lists = [name for name, question in questions.items() if question.fields]
    name = word.partition(".")[0]
    if name in questions and name not in lists:
        raise AnswerError(f"{name} is not a list of records. Answer it with --data {name}=VALUE.")
    if name not in lists:
        near = suggest(name, lists, f"The lists are {', '.join(lists)}.")
        raise AnswerError(f"{name} is not a list of records. {near}")
    if not word.partition(".")[2]:
        raise AnswerError(f"{word} must name a record. Example: {name}.{_example(questions[name])}.")
    return questions[name]


def _example(question: Question) -> str:
    return str(question.fields[0].example or question.fields[0].default)


def _has(word: str, question: Question, records: list[dict[str, Any]]) -> bool:
    return any(str(each.get(question.fields[0].name)) == word.partition(".")[2] for each in records)


def _add(word: str, text: Any, question: Question, records: list[dict[str, Any]]) -> None:
    key, name = question.fields[0].name, word.partition(".")[2]
    if _has(word, question, records):
        raise AnswerError(f"{word} exists already. To replace it, add --remove {word}.")
    try:
        record = cast_to_yaml(text)
    except (yaml.YAMLError, ValueError) as error:
        raise AnswerError(f"{word} must be valid YAML, not {shown(text)}. {_shape(question, name)}") from error
    if not isinstance(record, Mapping):
        raise AnswerError(f"{word} must be a record, not {shown(text)}. {_shape(question, name)}")
    if str(record.get(key, name)) != name:
        raise AnswerError(f"{word} must have no other {key}, not {shown(record[key])}. Leave the field {key} out.")
    given = {key: name, **record}
    # A default that fits whatever the record is called: one of a few words, or a number.
    fitting = {
        each.name: each.default for each in question.fields if each.required and (each.choices or each.type != "str")
    }
    whole = {**fitting, **given}
    ordered = [each.name for each in question.fields if each.name in whole]
    records.append({**{each: whole[each] for each in ordered}, **whole})


def _shape(question: Question, name: str) -> str:
    key = question.fields[0].name
    example = next((each for each in question.example or () if isinstance(each, Mapping)), {})
    fields = ", ".join(f"{field}: {value}" for field, value in example.items() if field != key)
    return f"Example: {question.name}.{name}='{{{fields}}}'."


def _remove(word: str, question: Question, records: list[dict[str, Any]]) -> None:
    key, name = question.fields[0].name, word.partition(".")[2]
    left = [each for each in records if str(each.get(key)) != name]
    if len(left) == len(records):
        there = [str(each.get(key)) for each in records]
        known = f"{question.name} has {', '.join(there)}." if there else f"{question.name} is empty."
        raise AnswerError(f"{word} does not exist. {suggest(name, there, known)}")
    records[:] = left


def _cleaned(word: str, questions: Iterable[Question], answers: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return the lists among the answers whose records name a record that was removed, without its name."""
    of, _, name = word.partition(".")
    changed: dict[str, list[Any]] = {}
    for question in questions:
        fields = [each.name for each in question.fields if each.names == of]
        before = answers.get(question.name)
        if fields and isinstance(before, list):
            after = [_without(name, fields, each) if isinstance(each, Mapping) else each for each in before]
            changed |= {question.name: after} if after != before else {}
    return changed


def _without(name: str, fields: Collection[str], record: Mapping[str, Any]) -> dict[str, Any]:
    """Return a record that does not name that one in its fields; a mapping that would be empty is left out."""
    left = dict(record)
    for key in left.keys() & set(fields):
        if isinstance(left[key], Mapping) and name in left[key]:
            left[key] = {other: value for other, value in left[key].items() if other != name}
            if not left[key]:
                del left[key]
        elif isinstance(left[key], list):
            left[key] = [other for other in left[key] if other != name]
    return left
