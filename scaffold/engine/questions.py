"""One question of the template, and how a raw answer becomes its value.

Types and casts are Copier's own (copier/_user_data.py, `CAST_STR_TO_NATIVE`), so that both tools read an answer alike.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from scaffold.engine.supported import check_question
from scaffold.errors import AnswerError, TemplateError
from scaffold.files.json import parse_json
from scaffold.files.yaml import Loader, load, problem_of
from scaffold.text.brief import brief
from scaffold.text.nearest import suggest
from scaffold.text.shown import shown


@dataclass(frozen=True)
class Field:
    """One field of the records that make up a list question.

    `default` is a Jinja template where it is a string, and sees the fields before it. A field that is not `required`
    may be missing in an answer, and then has its default. One that `names` another list has names of its records, in a
    list or as keys of a mapping: a record that is removed is removed there, too.
    """

    name: str
    type: str
    help: str
    default: Any = None
    example: Any = None
    choices: tuple[Any, ...] = ()
    required: bool = True
    names: str = ""


@dataclass(frozen=True)
class Question:
    """One question: `default`, `validator` and `help` are Jinja templates where they are strings.

    `choices` maps the label that is shown to the value. `fields` describes the records of a list question.
    `relevant` is Jinja, too: where it renders to no, the terminal takes the default and does not ask.
    A question with a `group` is not asked at first: the terminal shows its default with the `reason` (Jinja) for it.
    `when` is Jinja: where it renders to no, the value is computed from the default, as of a `computed` question.
    One that is `required` has no default. Of a `multiselect` one, the answer is a list of choices. The answer to a
    `secret` one is in no answers file.
    """

    name: str
    type: str = "str"
    default: Any = None
    help: str = ""
    example: Any = None
    choices: Mapping[str, Any] = field(default_factory=dict)
    fields: tuple[Field, ...] = ()
    validator: str = ""
    relevant: str = ""
    group: str = ""
    reason: str = ""
    computed: bool = False
    when: str = ""
    required: bool = False
    multiselect: bool = False
    secret: bool = False


def question_from(name: Any, spec: Any, file: str = "copier.yml") -> Question:
    """Build a question from its entry in copier.yml (the short form `name: default` is known too).

    Raises:
        TemplateError: when a key or value of it is none that scaffold knows; `file` is where it stands.
    """
    if not isinstance(name, str):
        raise TemplateError(f"{file}: {name!r:.60} is not a name of a question; a name is text.")
    if not isinstance(spec, Mapping):
        spec = {"default": spec, "type": _type_of(spec)}
    check_question(name, spec, file)
    return Question(
        name=name,
        type=spec.get("type", _type_of(spec.get("default"))),
        default=spec.get("default"),
        help=spec.get("help", ""),
        example=spec.get("example"),
        choices=_choices(spec.get("choices", {})),
        fields=tuple(_field(key, value) for key, value in spec.get("fields", {}).items()),
        validator=spec.get("validator", ""),
        relevant=spec.get("relevant", ""),
        group=spec.get("group", ""),
        reason=spec.get("reason", ""),
        computed=spec.get("when") is False,
        when=when if isinstance(when := spec.get("when"), str) else "",
        required="default" not in spec,
        multiselect=spec.get("multiselect", False),
        secret=spec.get("secret", False),
    )


def _field(name: str, spec: Mapping[str, Any]) -> Field:
    return Field(**{"type": "str", "help": "", **spec, "name": name, "choices": tuple(spec.get("choices", ()))})


def _type_of(default: Any) -> str:
    name = type(default).__name__
    return name if name in CASTS else "yaml"


def _choices(choices: Any) -> dict[str, Any]:
    return dict(choices) if isinstance(choices, Mapping) else {str(choice): choice for choice in choices}


def cast(question: Question, answer: Any) -> Any:
    """Return `answer` as a value of the question's type.

    Raises:
        AnswerError: when it can't be one, or is none of the choices.
    """
    if question.multiselect:
        return _cast_several(question, answer)
    value = _cast_one(question, answer)
    if question.choices and value not in question.choices.values():
        raise AnswerError(_refused_choice(question, value))
    return value


def _cast_several(question: Question, answer: Any) -> list[Any]:
    """Return the choices that an answer lists, in the order of the question, as Copier does."""
    try:
        items = _items(answer) if isinstance(answer, str) else answer
    except yaml.YAMLError as error:
        raise AnswerError(_refusal(question, answer, f"valid YAML ({problem_of(error)})")) from error
    if not isinstance(items, list):
        raise AnswerError(_refusal(question, answer, f"a list of some of {', '.join(map(str, _values(question)))}"))
    given = [_cast_one(question, item) for item in items]
    known = [_cast_one(question, choice) for choice in _values(question)]
    for each in given:
        if each not in known:
            raise AnswerError(_refused_choice(question, each))
    return [choice for choice in known if choice in given]


def _values(question: Question) -> list[Any]:
    return list(question.choices.values())


def _items(text: str) -> Any:
    """Return the items of a list in YAML as they are written, without quotes around them (Copier's parse_yaml_list)."""
    node = Loader(text).get_single_node()
    if not isinstance(node, yaml.SequenceNode):
        return None
    items = [(item, text[item.start_mark.index : item.end_mark.index].strip()) for item in node.value]
    return [raw[1:-1] if _is_quoted(item, raw) else raw for item, raw in items]


def _is_quoted(item: yaml.Node, raw: str) -> bool:
    is_text = isinstance(item, yaml.ScalarNode) and item.tag == "tag:yaml.org,2002:str"
    return is_text and raw[:1] == raw[-1:] and raw[:1] in ("'", '"')


def _cast_one(question: Question, answer: Any) -> Any:
    try:
        return CASTS[question.type](answer)
    except yaml.YAMLError as error:
        raise AnswerError(_refusal(question, answer, f"valid YAML ({problem_of(error)})")) from error
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise AnswerError(_refusal(question, answer, KINDS[question.type])) from error


def refuse_no_boolean(question: Question, answer: Any) -> None:
    """Refuse what is neither a boolean nor a word or number for one.

    Copier takes all text that it does not know for true; it never writes any of that into an answers file.

    Raises:
        AnswerError: when it is none.
    """
    text = answer.strip().lower() if isinstance(answer, str) else answer
    if not (isinstance(text, str | int | float) and text in BOOLEANS):
        raise AnswerError(_refusal(question, answer, KINDS["bool"]))


def _refusal(question: Question, answer: Any, rule: str) -> str:
    """Return the sentence that refuses an answer, in the words of `refuse` of the template's checks.jinja."""
    example = "" if question.example is None else f" Example: {_as_typed(question.example)}."
    return f"{question.name} must be {rule}, not {_told(question, answer)}.{example}"


def _refused_choice(question: Question, value: Any) -> str:
    valid = [str(choice) for choice in question.choices.values()]
    words = f"{question.name} must be one of {', '.join(valid)}, not {_told(question, value)}."
    return f"{words} {suggest(value, valid, '')}".rstrip()


def _told(question: Question, answer: Any) -> str:
    return "this answer" if question.secret else shown(answer)


def _as_typed(example: Any) -> str:
    return example if isinstance(example, str) else json.dumps(example, ensure_ascii=False)


def cast_to_bool(value: Any) -> bool:
    """Cast as Copier does: numbers by truth, then YAML's words, then Python's truth."""
    try:
        return bool(float(value))
    except (TypeError, ValueError, OverflowError):
        word = value.strip().lower() if isinstance(value, str) else value
    if word in ("n", "no", "f", "false", "off", "~", "null", "none", ""):
        return False
    return bool(word)


def cast_to_str(value: Any) -> str:
    """Cast text and numbers; anything else is not a string."""
    if isinstance(value, str | int | float):
        return str(value)
    raise TypeError(f"{brief(value)} is not text")


def cast_to_yaml(value: Any) -> Any:
    """Parse a string as YAML; anything else is a value already."""
    return load(value) if isinstance(value, str) else value


BOOLEANS = ("y", "yes", "t", "true", "on", "1", "n", "no", "f", "false", "off", "0", 1, 0)
"""Copier's words and numbers for a boolean, without its words for nothing. In Python, True is 1 and False is 0."""

KINDS: Mapping[str, str] = {
    "bool": "true or false",
    "float": "a number",
    "int": "a whole number",
    "json": "valid JSON",
    "str": "text",
    "yaml": "valid YAML",
}
"""What an answer must be, by the question's type."""

CASTS: Mapping[str, Callable[[Any], Any]] = {
    "bool": cast_to_bool,
    "float": float,
    "int": int,
    "json": lambda value: parse_json(value) if isinstance(value, str) else value,
    "str": cast_to_str,
    "yaml": cast_to_yaml,
}
