"""Read answers from a YAML file or from KEY=VALUE words, with errors that name the place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from scaffold.errors import AnswerError, OptionError
from scaffold.files.foreign import read_foreign, read_given
from scaffold.files.yaml import Loader, place_of, problem_of
from scaffold.text.brief import brief, one_line
from scaffold.text.encoding import not_utf8
from scaffold.text.shown import shown
from scaffold.text.sizes import size

NAME = ".copier-answers.yml"
"""The name of the file, in the folder of a service, that says how it was made; Copier reads and writes it, too."""

ANSWERED = "answered"
"""The key of that file whose list names the answers that somebody gave. The others are defaults, and follow them."""

LARGEST = 1024 * 1024
"""Bytes of an answers file; the largest of the examples has two thousand."""


def read_answers(file: Path, *, below: Path | None = None) -> dict[str, Any]:
    """Return the answers in `file`, without the keys that are not answers. As `read_all` reads it.

    Raises:
        AnswerError: as `read_all` does.
    """
    return answers_among(read_all(file, below=below))


def answers_among(everything: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is an answer: keys with a leading `_` are Copier's or ours, and ANSWERED lists names."""
    return {key: value for key, value in everything.items() if not key.startswith("_") and key != ANSWERED}


def read_all(file: Path, *, below: Path | None = None) -> dict[str, Any]:
    """Return every key of an answers file, Copier's own too.

    Without `below`, the user named the file: it may be a pipe, or `-` for standard input. With it, the file lies in
    that folder of somebody else's: only a regular file there is read.

    Raises:
        AnswerError: when it can't be read, is not YAML (with line and column), no mapping, or names a key twice.
    """
    try:
        content = read_given(file, largest=LARGEST) if below is None else read_foreign(file, below=below)
    except (OSError, ValueError) as error:  # NUL in a name
        raise AnswerError(f"{file} can't be read: {getattr(error, 'strerror', error)}.") from error
    return parse_answers(content, str(file))


def parse_answers(content: bytes, name: str) -> dict[str, Any]:
    """Return every key of the answers file `name`, Copier's own too.

    Raises:
        AnswerError: as `read_answers` does.
    """
    if len(content) > LARGEST:
        raise AnswerError(f"{name} must be at most {size(LARGEST)} large. Take it from an earlier commit.")
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise AnswerError(f"{name} {not_utf8(error)}.") from error
    try:
        loader = Loader(text)
        node = loader.get_single_node()
        answers = None if node is None else loader.construct_document(node)
    except yaml.YAMLError as error:
        raise AnswerError(f"{name}{place_of(error)} is not valid YAML: {problem_of(error)}.") from error
    if answers is None:
        return {}
    if not isinstance(answers, dict) or not isinstance(node, yaml.MappingNode):
        raise AnswerError(f"{name} must be a mapping of names to values. Example: name: payments-api.")
    _refuse_twice(name, node)
    return {key if isinstance(key, str) else brief(key): value for key, value in answers.items()}


def _refuse_twice(file: str, node: yaml.MappingNode) -> None:
    seen: set[str] = set()
    for key, _ in node.value:
        if str(key.value) in seen:
            mark = key.start_mark
            place = f"{file}:{mark.line + 1}:{mark.column + 1}"
            raise AnswerError(f"{place}: {one_line(str(key.value))} is answered twice. Keep one of them.")
        seen.add(str(key.value))


def parse_pairs(pairs: Iterable[str], option: str = "--data") -> dict[str, Any]:
    """Return what `KEY=VALUE` words of a command line option say; values stay strings, which the questions' types cast.

    Raises:
        OptionError: when a word has no `=` or a key comes twice.
    """
    answers: dict[str, Any] = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not equals or not key:
            raise OptionError(f"{option} expects KEY=VALUE, for example name=payments-api. It got {shown(pair)}.")
        if key in answers:
            raise OptionError(f"{option} gives {key} twice. Keep one of them.")
        answers[key] = value
    return answers
