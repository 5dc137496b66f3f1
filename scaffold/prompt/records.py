"""A list of records: they are added, changed and removed until the list is right."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scaffold.engine.answers import Questionnaire
from scaffold.engine.questions import Field, Question, cast, cast_to_yaml
from scaffold.errors import AnswerError
from scaffold.prompt import fields
from scaffold.prompt.keys import BackError
from scaffold.text.words import in_words

_DONE, _ADD, _EDIT, _REMOVE = "Done", "Add", "Edit", "Remove"
_NOTHING = "-"
"""What is typed to leave a field empty that has a value."""


def ask_records(questionnaire: Questionnaire, question: Question, default: Any, context: Mapping[str, Any]) -> Any:
    """Return the records, once the list is right.

    Raises:
        BackError: on Esc in the list; in a record, Esc goes to the field before, and from the first one to the list.
        KeyboardInterrupt: on ^C and ^D.
    """
    records = [dict(each) for each in (cast_to_yaml(default) or [])]
    while True:
        action = _action(question, records)
        if action == _DONE:
            problems = questionnaire.problems(question, records, context)
            if not problems:
                return records
            fields.refuse(problems[0])
            continue
        try:
            index = len(records) if action == _ADD else _which(action, records)
            if action == _REMOVE:
                del records[index]
            else:
                records[index : index + 1] = [_Record(questionnaire, question, context, records, index).ask()]
        except BackError:
            continue


def _action(question: Question, records: list[dict[str, Any]]) -> str:
    shown = "".join(f"\n    {in_words(record)}" for record in records) or " none"
    actions = [_DONE, _ADD, *([_EDIT, _REMOVE] if records else [])]
    return str(fields.choice(f"{question.help}:{shown}\n ", {each: each for each in actions}, _DONE))


def _which(action: str, records: list[dict[str, Any]]) -> int:
    choices = {f"{index + 1}. {in_words(record)}": index for index, record in enumerate(records)}
    return int(fields.choice(f"{action} which?", choices, 0))


@dataclass(frozen=True)
class _Record:
    """One record that is being asked for, as the one of that index among the others."""

    questionnaire: Questionnaire
    question: Question
    context: Mapping[str, Any]
    records: list[dict[str, Any]]
    index: int

    def ask(self) -> dict[str, Any]:
        """Ask for field after field.

        Raises:
            BackError: on Esc in the first field.
        """
        before = self.records[self.index] if self.index < len(self.records) else {}
        asked = [field for field in self.question.fields if len(field.choices) != 1]
        values: dict[str, Any] = {}
        at = 0
        while at < len(asked):
            field = asked[at]
            typed = {each.name: values[each.name] for each in asked[:at] if values[each.name] != ""}
            current = values.get(field.name, before.get(field.name))
            try:
                values[field.name] = self._ask_field(field, current, typed)
            except BackError:
                if at == 0:
                    raise
                at -= 1
            else:
                at += 1
        return {field.name: values[field.name] for field in asked if values[field.name] != "" or field.required}

    def _ask_field(self, field: Field, current: Any, record: Mapping[str, Any]) -> Any:
        default = self._proposal(field, record) if current is None else current
        if field.choices:
            return fields.choice(f"  {field.help}", {str(each): each for each in field.choices}, default)
        may_be_empty = not field.required and field.default == ""

        def validate(text: str) -> bool | str:
            if may_be_empty and text in ("", _NOTHING):
                return True
            try:
                return self._problem(field, _value(field, text), record) or True
            except AnswerError as error:
                return str(error)

        words = f"  {field.help}" + (f" ({_NOTHING} for none)" if may_be_empty and default else "")
        text = fields.text(words, str(default), validate)
        return "" if may_be_empty and text == _NOTHING else _value(field, text) if text else ""

    def _proposal(self, field: Field, record: Mapping[str, Any]) -> Any:
        """Return a field's default, or its example when another record has that already; nothing without either."""
        default = self.questionnaire.field_default(field, record, self.context)
        if default is None:
            return ""
        taken = field.required and any(each.get(field.name) == default for each in self.records)
        return field.example if taken and field.example is not None else default

    def _problem(self, field: Field, value: Any, record: Mapping[str, Any]) -> str:
        """Return what the list's own rules say of one field of this record, with its other fields filled in."""
        filled = {**record, field.name: value}
        for each in self.question.fields:
            if each.name not in filled and each.default not in (None, ""):
                filled[each.name] = self.questionnaire.field_default(each, filled, self.context)
        others = [*self.records[: self.index], *self.records[self.index + 1 :]]
        key = filled[self.question.fields[0].name]
        places = tuple(f"{self.question.name}{place}.{field.name} " for place in (f"[{len(others)}]", f".{key}"))
        problems = self.questionnaire.problems(self.question, [*others, filled], self.context)
        return next((problem for problem in problems if problem.startswith(places)), "")


def _value(field: Field, text: str) -> Any:
    return text if field.type == "str" else cast(Question(field.name, "yaml", example=field.example), text)
