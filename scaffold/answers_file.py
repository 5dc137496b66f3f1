"""Read answers from a YAML file or from KEY=VALUE words, with errors that name the place."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from scaffold.errors import AnswerError
from scaffold.questions import SafeLoader


def read_answers(file: Path) -> dict[str, Any]:
    """Return the answers in `file`, `-` for standard input; keys with a leading `_` are Copier's own and left out.

    Raises:
        AnswerError: when it can't be read, is no YAML (with line and column), no mapping, or names a key twice.
    """
    try:
        content = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        raise AnswerError(f"{file} can't be read: {error.strerror}.") from error
    return {key: value for key, value in parse_answers(content, str(file)).items() if not key.startswith("_")}


def parse_answers(content: bytes, name: str) -> dict[str, Any]:
    """Return every key of the answers file `name`, Copier's own too.

    Raises:
        AnswerError: as `read_answers` does.
    """
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise AnswerError(f"{name} is not UTF-8 (byte {error.start}); save it as UTF-8.") from error
    try:
        loader = SafeLoader(text)
        node = loader.get_single_node()
        answers = None if node is None else loader.construct_document(node)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise AnswerError(f"{name}{_place(error)}: no valid YAML: {_problem(error)}.") from error
    if answers is None:
        return {}
    if not isinstance(answers, dict) or not isinstance(node, yaml.MappingNode):
        raise AnswerError(
            f"{name}: the answers must be a mapping of names to values; for example `name: payments-api`."
        )
    _refuse_twice(name, node)
    return {str(key): value for key, value in answers.items()}


def _refuse_twice(file: str, node: yaml.MappingNode) -> None:
    seen: set[str] = set()
    for key, _ in node.value:
        if str(key.value) in seen:
            mark = key.start_mark
            raise AnswerError(f"{file}:{mark.line + 1}:{mark.column + 1}: {key.value} is answered twice; keep one.")
        seen.add(str(key.value))


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    return f":{mark.line + 1}:{mark.column + 1}" if mark else ""


def _problem(error: Exception) -> str:
    return str(getattr(error, "problem", None) or error).strip().replace("\n", " ")


def parse_pairs(pairs: Iterable[str], option: str = "--data") -> dict[str, Any]:
    """Return what `KEY=VALUE` words of a command line option say; values stay strings, which the questions' types cast.

    Raises:
        AnswerError: when a word has no `=` or a key comes twice.
    """
    answers: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise AnswerError(f"{option} {pair}: no KEY=VALUE; for example {option} name=payments-api.")
        if key in answers:
            raise AnswerError(f"{option} {key}: given twice ({answers[key]} and {value}); keep one.")
        answers[key] = value
    return answers
