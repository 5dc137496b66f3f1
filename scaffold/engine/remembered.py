"""What a service remembers of the template: its answers file, as Copier writes it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from scaffold.engine.answers_file import ANSWERED, answers_among, parse_answers
from scaffold.errors import AnswerError, ServiceError
from scaffold.text.brief import brief
from scaffold.text.shown import shown

DIGEST = "_digest"
"""The key of the answers file that holds the digest of its answers, as they were when the service was rendered."""


@dataclass(frozen=True)
class Remembered:
    """The answers of a service, the template's address (`_src_path`), and its version (`_commit`) as git calls it.

    `given` names the answers that somebody gave. `intact` shows whether the answers are those that the service was
    rendered from; None where there is no digest, as in services of 0.3.0 and older.
    """

    source: str
    reference: str
    answers: Mapping[str, Any]
    given: frozenset[str] = frozenset()
    intact: bool | None = None


def read_remembered(content: bytes, name: str) -> Remembered:
    """Return what the answers file `name` says.

    Raises:
        ServiceError: when it is not a YAML mapping, or does not name the template and version that made the service.
    """
    try:
        everything = parse_answers(content, name)
    except AnswerError as error:
        raise ServiceError(str(error)) from error
    source, reference = _text(everything, "_src_path", name), _text(everything, "_commit", name)
    return Remembered(source, reference, answers_among(everything), _given(everything, name), is_intact(everything))


def is_intact(everything: Mapping[str, Any]) -> bool | None:
    """Return whether the answers are those of the digest beside them; None where there is none.

    The template writes the digest: of the answers as JSON, ordered by their names.
    """
    if DIGEST not in everything:
        return None
    told = {**answers_among(everything), "_commit": "", "_src_path": ""}
    try:
        text = json.dumps(told, sort_keys=True)
    except (TypeError, ValueError, RecursionError):  # no template gave a date, a set, or an endless list
        return False
    return bool(hashlib.sha256(text.encode()).hexdigest()[:_LENGTH] == everything[DIGEST])


_LENGTH = 16  # letters, as the template cuts it


def _given(everything: Mapping[str, Any], name: str) -> frozenset[str]:
    """Return the names of the answers that somebody gave.

    Raises:
        ServiceError: when they are not a list of names.
    """
    names = everything.get(ANSWERED)
    if names is None:
        return frozenset()
    if not isinstance(names, list) or not all(isinstance(each, str) for each in names):
        raise ServiceError(
            f"{name}: {ANSWERED} must be a list of names, not {shown(names)}. Example: [name, language]."
        )
    return frozenset(names)


def _text(everything: Mapping[str, Any], key: str, name: str) -> str:
    value = everything.get(key)
    if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
        return str(value)
    wrong = f"{key} is {brief(value)}" if key in everything else f"{key} is missing"
    raise ServiceError(f"{name}: {wrong}; take the line back from an earlier commit (git log -p {name}).")
