"""Times that a repository's settings declare for services that the template did not make, as values with a place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import yaml

from scaffold.files.foreign import read_foreign
from scaffold.git.walk import shown
from scaffold.syntax.source import Source
from scaffold.syntax.yaml_nodes import Document, Value


def declared_values(file: Path | None, seconds: Mapping[str, int]) -> Value:
    """Return the times by the name of their question, at the place in a settings' file where each stands."""
    data = _read(file) if file else b""
    source = Source(shown(str(file)) if file else "settings", data)
    pairs = [(_scalar(name, 0, 0), _scalar(str(value), *_where(source, name))) for name, value in seconds.items()]
    return Document(source, yaml.MappingNode("tag:yaml.org,2002:map", pairs, _mark(0, 0), _mark(0, 0))).root


def _read(file: Path) -> bytes:
    """Return the file that the settings were read from, or nothing where it went away meanwhile."""
    try:
        return read_foreign(file)
    except OSError:
        return b""


def _where(source: Source, name: str) -> tuple[int, int]:
    """Return the line and column, from 0, of a setting's number."""
    pattern = re.compile(rf"\s*{name.replace('_', '[-_]')}\s*=\s*(\d)")
    for number, line in enumerate(source.lines):
        if found := pattern.match(line):
            return number, found.start(1)
    return 0, 0


def _scalar(text: str, line: int, column: int) -> yaml.ScalarNode:
    return yaml.ScalarNode("tag:yaml.org,2002:int", text, _mark(line, column), _mark(line, column + len(text)))


def _mark(line: int, column: int) -> yaml.Mark:
    return yaml.Mark("settings", 0, line, column, None, 0)
