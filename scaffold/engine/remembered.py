"""What a service remembers of the template: its answers file, as Copier writes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scaffold.engine.answers_file import parse_answers
from scaffold.errors import AnswerError, ServiceError
from scaffold.text.brief import brief


@dataclass(frozen=True)
class Remembered:
    """The answers of a service, the template's address (`_src_path`), and its version (`_commit`) as git calls it."""

    source: str
    reference: str
    answers: Mapping[str, Any]


def read_remembered(content: bytes, name: str) -> Remembered:
    """Return what the answers file `name` says.

    Raises:
        ServiceError: when it is no YAML mapping, or does not say which template and version made the service.
    """
    try:
        everything = parse_answers(content, name)
    except AnswerError as error:
        raise ServiceError(str(error)) from error
    answers = {key: value for key, value in everything.items() if not key.startswith("_")}
    return Remembered(_text(everything, "_src_path", name), _text(everything, "_commit", name), answers)


def _text(everything: Mapping[str, Any], key: str, name: str) -> str:
    value = everything.get(key)
    if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
        return str(value)
    wrong = f"{key} is {brief(value)}" if key in everything else f"{key} is missing"
    raise ServiceError(f"{name}: {wrong}; take the line back from an earlier commit (git log -p {name}).")
