"""The questions as data: a list for readers and machines, and a JSON Schema of the answers file for editors."""

from __future__ import annotations

from typing import Any

from scaffold.engine.answers_file import ANSWERED
from scaffold.engine.questions import Field, Question
from scaffold.engine.template import Template

_TYPES = {
    "str": "string",
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "list": "array",
    "dict": "object",
}


def describe(template: Template) -> list[dict[str, Any]]:
    """Return every asked question: name, type, default, choices, meaning, example and, for lists, its fields."""
    return [_describe(question) for question in template.asked]


def _describe(question: Question) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "name": question.name,
        "type": answer_type(question),
        "default": question.default,
        "help": question.help,
        "example": question.example,
    }
    if question.choices:
        entry["choices"] = list(question.choices.values())
    if question.fields:
        entry["fields"] = [{**vars(each), "choices": list(each.choices)} for each in question.fields]
    return entry


def answer_type(question: Question) -> str:
    """Return the type that a reader expects: a list of records, or the type of the example where YAML casts it."""
    if question.fields or question.multiselect:
        return "list"
    return type(question.example).__name__ if question.type == "yaml" else question.type


def json_schema(template: Template) -> dict[str, Any]:
    """Return a JSON Schema (2020-12) of the answers file. Keys with a leading `_` belong to Copier."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Answers of a scaffold service",
        "type": "object",
        "properties": {
            **{question.name: _property(question) for question in template.asked},
            ANSWERED: {
                "description": "Names of the answers that somebody gave; the others follow their defaults",
                "type": "array",
                "items": {"type": "string"},
            },
        },
        "patternProperties": {"^_": {}},
        "additionalProperties": False,
    }


def _property(question: Question) -> dict[str, Any]:
    schema: dict[str, Any] = {"description": question.help}
    if question.multiselect:
        schema |= {"type": "array", "items": {"enum": list(question.choices.values())}}
    elif question.fields:
        schema |= {"type": "array", "items": _record(question.fields)}
    elif isinstance(question.example, list):
        schema |= {"type": "array", "items": _value(type(question.example[0]).__name__, [])}
    else:
        schema |= _value(answer_type(question), list(question.choices.values()))
    if question.secret:
        schema["writeOnly"] = True  # no answers file of a service has it
    if question.example is not None:
        schema["examples"] = [question.example]
    if question.default is not None and not (isinstance(question.default, str) and "{" in question.default):
        schema["default"] = question.default
    return schema


def _record(fields: tuple[Field, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            each.name: {"description": each.help, **_value(type_of_field(each), list(each.choices))} for each in fields
        },
        "required": [each.name for each in fields if each.required],
        "additionalProperties": False,
    }


def type_of_field(each: Field) -> str:
    """Return the type of a field; a list or a mapping is `yaml`, and its example shows which."""
    return type(each.example).__name__ if each.type == "yaml" else each.type


def _value(type_name: str, choices: list[Any]) -> dict[str, Any]:
    if choices:
        return {"enum": choices}
    # Copier and YAML read an unquoted 1 or 0.5 as a number where a text is meant (cpu_limit: 1).
    return {"type": ["string", "number"] if type_name == "str" else _TYPES[type_name]}
