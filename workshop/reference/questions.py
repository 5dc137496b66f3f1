"""docs/reference/questions.md: every question of the template."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from jinja2 import Environment, meta, nodes

from scaffold.engine.questions import Field, Question
from scaffold.engine.schema import answer_type, type_of_field
from workshop.goldens import engine
from workshop.reference.effects import BASE, files_of
from workshop.reference.markdown import block, bullets, code, page, paragraph, sentence, table, value
from workshop.reference.rules import Demand, demands

_TYPES = {
    "str": "text",
    "int": "whole number",
    "float": "number",
    "bool": "true or false",
    "list": "list",
    "dict": "mapping",
}
_FIRST = "Asked first"
_SHOWN = 8
"""So many files are named; of more, the number is given."""


def make() -> str:
    """Return the page."""
    asked = engine()[0].asked
    defaults = {**engine()[1].resolve({"code": "own"}).asked, **engine()[1].resolve({}).asked}
    ordered = sorted(asked, key=lambda each: _groups().index(each.group))
    rows = [(f"[`{each.name}`](#{each.name})", each.help, value(defaults[each.name])) for each in asked]
    sections = []
    for group, found in groupby(ordered, key=lambda each: each.group):
        sections += [f"## {group or _FIRST}", *(_section(each, defaults) for each in found)]
    return page(
        "Questions",
        "templates/service/questions/",
        paragraph(
            "These are the questions of `scaffold new`. Each has a default, so a service needs no answer at all. You "
            "answer in the terminal, with `--data`, or with a file:"
        ),
        block(
            "console",
            "$ scaffold new payments\n$ scaffold new payments --defaults --data language=go --data replicas=3\n"
            "$ scaffold new payments --answers answers.yml\n$ scaffold update --data replicas=3",
        ),
        paragraph(
            f'The terminal asks the questions under "{_FIRST}" one after the other. It shows the defaults of all '
            "others by group, and asks for those that you choose to change."
        ),
        table(("question", "asks for", "default"), rows),
        paragraph(
            "Files are those in which the answer appears, in "
            f"[a Python service that uses everything](../../examples/{BASE}). "
            "Source files have other names in other languages. [Derived values](derived.md) follow the answers. "
            "`.copier-answers.yml` records every answer."
        ),
        *sections,
    )


def _groups() -> list[str]:
    return list(dict.fromkeys(["", *(each.group for each in engine()[0].asked)]))


def _section(question: Question, defaults: Mapping[str, Any]) -> str:
    rules = demands(question)
    facts = [
        ("Type", _TYPES[answer_type(question)]),
        ("Choices", [f"`{value}`: {label}" for label, value in question.choices.items()]),
        ("Must", [each.rule for each in rules if not each.field and not each.rejected]),
        ("Rejected when", [each.rule for each in rules if not each.field and each.rejected]),
        ("Default", _default(question, defaults)),
        ("Reason for the default", sentence(_reason(question, defaults))),
        ("Example", "" if question.example is None else value(question.example)),
        ("Asked", " and ".join(filter(None, (_when(question), _relevant(question) if question.relevant else "")))),
        ("Files", _files(question)),
    ]
    parts = [f"### {question.name}", sentence(question.help), "\n".join(_fact(*each) for each in facts if each[1])]
    if question.fields:
        parts += ["Fields of a record:", _fields(question.fields), "\n".join(_must(question.fields, rules))]
    return "\n\n".join(parts)


def _fact(name: str, told: str | Sequence[str]) -> str:
    """Return a fact as an item of a list; several make a list below it."""
    if isinstance(told, str) or len(told) == 1:
        return bullets([f"{name}: {told if isinstance(told, str) else told[0]}"])
    return f"- {name}:\n{textwrap.indent(bullets(told), '  ')}"


def _default(question: Question, defaults: Mapping[str, Any]) -> str:
    shown = value(defaults[question.name])
    names = _computed_from(question)
    if question.when or not (names or "toolchain" in str(question.default)):
        return shown
    if "toolchain" in str(question.default):
        resolve = engine()[1].resolve
        languages = next(each for each in engine()[0].asked if each.name == "language").choices.values()
        by_language = {each: resolve({"language": each}).asked[question.name] for each in languages}
        return ", ".join(f"{code(each)} ({name})" for name, each in by_language.items())
    return f"{shown}, computed from {', '.join(code(each) for each in names)}"


def _computed_from(question: Question) -> list[str]:
    """Return the questions whose answers a default is made of."""
    if not isinstance(question.default, str) or "{{" not in question.default:
        return []
    used = meta.find_undeclared_variables(Environment(autoescape=True).parse(_bare(question.default)))
    return [each.name for each in engine()[0].asked if each.name in used]


def _bare(source: str) -> str:
    """Return a template without the filters that plain Jinja has not."""
    return source.replace("regex_replace", "replace").replace("to_json", "string")


def _reason(question: Question, defaults: Mapping[str, Any]) -> str:
    return engine()[1].reason(question, {**defaults, "language": "its language"})


def _when(question: Question) -> str:
    """Return which answer to `code` a question belongs to; nothing where it is asked in any case."""
    found = re.fullmatch(r"\{\{ (\w+) == '(\w+)' \}\}", question.when)
    return f"only if `{found[1]}` is `{found[2]}`" if found else ""


def _relevant(question: Question) -> str:
    """Return when a question is asked: the condition where one answer decides, otherwise the answers that do."""
    tree = Environment(autoescape=True).parse(_bare(question.relevant))
    for each in tree.find_all(nodes.Compare):
        match each:
            case nodes.Compare(expr=nodes.Name(name=name), ops=[nodes.Operand(op="ne", expr=nodes.Const(value=other))]):
                return f"only if `{name}` is not `{other}`"
    used = meta.find_undeclared_variables(tree)
    names = [code(each.name) for each in engine()[0].asked if each.name in used]
    return f"depends on the answer to {', '.join(names)}"


def _files(question: Question) -> str:
    if question.name in ("code", "language"):
        return "almost all"
    found = files_of(question)
    named = ", ".join(code(each) for each in found[:_SHOWN])
    return named if len(found) <= _SHOWN else f"{named} and {len(found) - _SHOWN} more"


def _fields(fields: Sequence[Field]) -> str:
    rows = [
        (
            code(each.name),
            _TYPES[type_of_field(each)],
            "yes" if each.required else "no",
            _field_default(each),
            sentence(each.help),
        )
        for each in fields
    ]
    return table(("field", "type", "required", "default", "meaning"), rows)


def _must(fields: Sequence[Field], rules: Sequence[Demand]) -> Iterator[str]:
    """Yield an item for each field that has rules, with a list of them."""
    for field in fields:
        own = [each for each in rules if each.field == field.name]
        if own:
            told = [f"{'rejected when' if each.rejected else 'must'} {each.rule}" for each in own]
            yield _fact(code(field.name), told)


def _field_default(field: Field) -> str:
    """Return what a record without the field has; the name of another field is in capitals."""
    if field.default is None or field.required:
        return ""
    return code(re.sub(r"\{\{ (\w+) \}\}", lambda found: found[1].upper(), str(field.default)))
