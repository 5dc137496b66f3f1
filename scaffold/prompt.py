"""Ask the template's questions in the terminal. The rules are the template's own, applied while the user types."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import questionary
from prompt_toolkit.filters import to_filter
from prompt_toolkit.layout.controls import FormattedTextControl
from questionary import Choice

from scaffold.engine.answers import Answers, Questionnaire
from scaffold.engine.questions import Field, Question, cast, cast_to_bool, cast_to_yaml
from scaffold.errors import AnswerError

CREATE, CHANGE, QUIT = "Create the service", "Go back and change an answer", "Quit without writing anything"
_ADD, _EDIT, _REMOVE, _DONE = "Add", "Edit", "Remove", "Done"


@contextmanager
def _end_of_input_interrupts() -> Iterator[None]:
    """Let ^D, or a terminal that is gone, end the questions as ^C does."""
    try:
        yield
    except EOFError as error:
        raise KeyboardInterrupt from error


@_end_of_input_interrupts()
def ask_all(questionnaire: Questionnaire, given: Mapping[str, Any], proposed: Mapping[str, Any]) -> Answers:
    """Ask every relevant question that `given` does not answer, or answers wrongly; `proposed` replaces some defaults.

    Raises:
        KeyboardInterrupt: on ^C and ^D.
    """

    def answer(question: Question, default: Any, context: Mapping[str, Any]) -> Any:
        if question.name in given:
            try:
                return questionnaire.check(question, given[question.name], context)
            except AnswerError as error:
                _refuse(str(error))
        elif not questionnaire.relevant(question, context):
            return default
        return _ask(questionnaire, question, proposed.get(question.name, default), context)

    return replace(questionnaire.walk(answer), given=frozenset(given))


@_end_of_input_interrupts()
def ask_again(questionnaire: Questionnaire, answers: Mapping[str, Any], names: Collection[str]) -> Answers:
    """Ask the relevant questions of these names, with their answers proposed; and those that are answered wrongly.

    Every other question keeps its answer, or takes its default.

    Raises:
        KeyboardInterrupt: on ^C and ^D.
    """

    def answer(question: Question, default: Any, context: Mapping[str, Any]) -> Any:
        if question.name in answers:
            try:
                default = questionnaire.check(question, answers[question.name], context)
            except AnswerError as error:
                _refuse(str(error))
                return _ask(questionnaire, question, default, context)
        if question.name not in names or not questionnaire.relevant(question, context):
            return default
        return _ask(questionnaire, question, default, context)

    return questionnaire.walk(answer)


def _refuse(problem: str) -> None:
    questionary.print(problem, style="fg:ansired")


@_end_of_input_interrupts()
def change_one(questionnaire: Questionnaire, answers: Answers) -> Answers:
    """Ask which answer to change, and ask it again; after it those that no longer fit, or matter only now.

    An answer that is the default follows where the default goes, unless it was given: another language brings its own
    memory and start time.
    """
    names = questionnaire.relevant_names(answers)
    chosen = questionary.select(
        "Which answer?", [Choice(f"{name}: {one_line(answers.asked[name])}", name) for name in names]
    ).unsafe_ask()
    defaults = questionnaire.defaults(answers)

    def answer(question: Question, default: Any, context: Mapping[str, Any]) -> Any:
        current = answers.asked[question.name]
        if current == defaults[question.name] and question.name not in (chosen, *answers.given):
            current = cast(question, default)
        fits = not questionnaire.problems(question, current, context)
        matters_now = questionnaire.relevant(question, context) and not questionnaire.relevant(
            question, answers.context
        )
        if question.name != chosen and fits and not matters_now:
            return current
        return _ask(questionnaire, question, current, context)

    return replace(questionnaire.walk(answer), given=answers.given)


@_end_of_input_interrupts()
def confirm() -> str:
    """Ask what to do with the answers that were summarized: CREATE, CHANGE or QUIT."""
    return str(questionary.select("Is this right?", [CREATE, CHANGE, QUIT]).unsafe_ask())


def one_line(value: Any) -> str:
    """Show a value in one line, as YAML or JSON would have it."""
    if isinstance(value, str):
        return value.replace("\n", " ⏎ ")
    return json.dumps(value, ensure_ascii=False) if value != [] else "none"


def _ask(questionnaire: Questionnaire, question: Question, default: Any, context: Mapping[str, Any]) -> Any:
    if question.fields:
        return _ask_records(questionnaire, question, default, context)
    if question.choices:
        choices = [Choice(label, value) for label, value in question.choices.items()]
        return questionary.select(question.help, choices, default=default).unsafe_ask()
    if question.type == "bool":
        return questionary.confirm(question.help, default=cast_to_bool(default)).unsafe_ask()

    def validate(text: str) -> bool | str:
        try:
            questionnaire.check(question, text, context)
        except AnswerError as error:
            return str(error)
        return True

    return _text(question.help, default, validate)


def _text(message: str, default: Any, validate: Callable[[str], bool | str]) -> str:
    """Ask for a line. A refusal takes the lines that it needs; prompt_toolkit would cut it off after the first."""
    asked = questionary.text(message, default=str(default), validate=validate)
    for window in asked.application.layout.find_all_windows():
        if window.height == 1 and isinstance(window.content, FormattedTextControl):
            window.height, window.wrap_lines, window.dont_extend_height = None, to_filter(True), to_filter(True)
    return str(asked.unsafe_ask())


def _ask_records(questionnaire: Questionnaire, question: Question, default: Any, context: Mapping[str, Any]) -> Any:
    """Add, edit and remove records until the user is done and the list is right."""
    records = [dict(each) for each in (cast_to_yaml(default) or [])]
    while True:
        action = _choose_action(question, records)
        if action == _DONE:
            problems = questionnaire.problems(question, records, context)
            if not problems:
                return records
            _refuse(problems[0])
            continue
        index = len(records) if action == _ADD else _choose_record(action, records)
        if action == _REMOVE:
            del records[index]
            continue
        check = _field_check(questionnaire, question, records, index, context)
        records[index : index + 1] = [_ask_record(question, records, index, check)]


def _choose_action(question: Question, records: list[dict[str, Any]]) -> str:
    shown = "".join(f"\n    {one_line(record)}" for record in records) or " none"
    actions = [_DONE, _ADD, *([_EDIT, _REMOVE] if records else [])]
    return str(questionary.select(f"{question.help}:{shown}\n ", actions).unsafe_ask())


def _choose_record(action: str, records: list[dict[str, Any]]) -> int:
    choices = [Choice(one_line(record), index) for index, record in enumerate(records)]
    return int(questionary.select(f"{action} which?", choices).unsafe_ask())


FieldCheck = Callable[[Field, Any, Mapping[str, Any]], str]


def _field_check(
    questionnaire: Questionnaire,
    question: Question,
    records: list[dict[str, Any]],
    index: int,
    context: Mapping[str, Any],
) -> FieldCheck:
    """Return a check of one field: the list's own rules, over the records with this one filled in."""

    def check(field: Field, value: Any, record: Mapping[str, Any]) -> str:
        filled = {**{each.name: each.default for each in question.fields if each.required}, **record, field.name: value}
        others = [*records[:index], *records[index + 1 :]]
        place = f"{question.name}[{len(others)}].{field.name}:"
        problems = questionnaire.problems(question, [*others, filled], context)
        return next((problem for problem in problems if problem.startswith(place)), "")

    return check


def _ask_record(question: Question, records: list[dict[str, Any]], index: int, check: FieldCheck) -> dict[str, Any]:
    before = records[index] if index < len(records) else {}
    record: dict[str, Any] = {}
    for field in question.fields:
        default = before.get(field.name, _proposal(field, records))
        value = _ask_field(field, default, record, check)
        if value != "" or field.required:
            record[field.name] = value
    return record


def _proposal(field: Field, records: list[dict[str, Any]]) -> Any:
    """Propose a field's default, or its example when another record has the default's name already."""
    taken = any(record.get(field.name) == field.default for record in records)
    return field.example if taken and field.example is not None else field.default


def _ask_field(field: Field, default: Any, record: Mapping[str, Any], check: FieldCheck) -> Any:
    if len(field.choices) == 1:
        return "" if not field.required else field.choices[0]
    if field.choices:
        return questionary.select(f"  {field.help}", list(field.choices), default=default).unsafe_ask()

    def value_of(text: str) -> Any:
        return text if field.type == "str" else cast_to_yaml(text)

    def validate(text: str) -> bool | str:
        if text == "" and not field.required:
            return True
        try:
            return check(field, value_of(text), record) or True
        except (AnswerError, ValueError) as error:
            return str(error).splitlines()[0]

    text = _text(f"  {field.help}", default, validate)
    return text if text == "" else value_of(text)
