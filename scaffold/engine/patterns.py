"""Paths that a template leaves out (`_exclude`), or that no update changes (`_skip_if_exists`), as Copier has it.

Each pattern is rendered with the answers, and matches paths as a line of .gitignore does.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from unicodedata import normalize

from scaffold.engine.jinja import Renderer
from scaffold.errors import TemplateError

Matches = Callable[[str], bool]
"""Returns whether a path of a service, from its top with /, is meant."""

_LINE_BREAK = re.compile(r"\r\n|\r|\n")


def matches_none(_: str) -> bool:
    """Match no path."""
    return False


def matcher(renderer: Renderer, name: str, patterns: Sequence[str], context: Mapping[str, Any]) -> Matches:
    """Return what matches the patterns of the setting `name`.

    Raises:
        TemplateError: when one can't be rendered, or is not a pattern.
    """
    if not patterns:
        return matches_none
    import pathspec

    style = "gitignore" if int(pathspec.__version__.split(".")[0]) >= 1 else "gitwildmatch"  # as Copier chooses
    lines = [normalize("NFD", line) for line in _lines(renderer, name, patterns, context)]
    try:
        return pathspec.PathSpec.from_lines(style, lines).match_file
    except ValueError as error:
        raise TemplateError(f"copier.yml: _{name} has a pattern that is wrong: {error}.") from error


def _lines(renderer: Renderer, name: str, patterns: Sequence[str], context: Mapping[str, Any]) -> Iterator[str]:
    for pattern in patterns:
        try:
            text = renderer.string(pattern, context)
        except TemplateError as error:
            raise TemplateError(f"copier.yml: _{name}: {error}") from error
        yield from _LINE_BREAK.split(text) if name == "exclude" else [text]
