"""Where in a chart's template a rendered value stands: a template is not YAML, so its lines are read by indentation.

Text between `{{` and `}}` stands for any text; lines of nothing else (`{{- if … }}`) are skipped. Where the way ends
at values that are put in as they are (`toYaml .Values.resources`), the caller goes on in those.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

from scaffold.syntax.source import Source
from scaffold.syntax.yaml_nodes import Value

_ACTION = re.compile(r"\{\{.*?(?:\}\}|$)", re.MULTILINE)  # one that ends on a later line, too
_ONLY_ACTION = re.compile(r"\s*(?:-\s+)?\{\{.*\}\}\s*")
_KEY = re.compile(r"""["']?([^\s"':{][^"':{]*+)["']?\s*+:(?:\s+|$)""")
_DOT = re.compile(r"\{\{-?\s*toYaml \. ")
_WITH = re.compile(r"\{\{-?\s*with\b")
_VALUES = re.compile(r"\.Values((?:\.\w+)+)")
_INCLUDE = re.compile(r"\b(?:include|template)\s+\"([^\"]+)\"")
_DEFINE = re.compile(r"\{\{-?\s*define\b")
_BLOCK = re.compile(r"\{\{-?\s*(if|with|range|block|define|end)\b(?:\s+\"([^\"]+)\")?")


@dataclass(frozen=True)
class Line:
    """A line of a template: its number from 1, the column of its key from 0, the key, what is behind it.

    `item` is the column of its dash, or -1 where it begins no item of a list; `is_action` where it is only `{{…}}`.
    """

    number: int
    column: int
    key: str
    text: str
    item: int = -1
    is_action: bool = False

    @property
    def outer(self) -> int:
        """Return the column where it begins."""
        return self.column if self.item < 0 else self.item


@dataclass(frozen=True)
class Found:
    """How far a path leads: the line that it ends at, the keys that are left, and the values that are put in there.

    `values` are paths such as ("image", "tag"), of which the first `beside` stand on that line; `includes` are the
    names of the helpers that are put in there.
    """

    line: Line | None
    left: tuple[str | int, ...]
    values: tuple[tuple[str, ...], ...]
    includes: tuple[str, ...] = ()
    beside: int = 0


class ChartTemplate:
    """The documents of a template, as lines."""

    def __init__(self, source: Source) -> None:
        """Take the file."""
        self.source = source
        self.documents: list[list[Line]] = [[]]
        for number, text in enumerate(source.lines, 1):
            if text.startswith("---"):
                self.documents.append([])
            elif (line := _line(number, text)) is not None:
                self.documents[-1].append(line)

    def find(self, value: Value) -> Found:
        """Follow the path of a rendered value."""
        root = value.document.root
        lines = max(self.documents, key=lambda each: _likeness(each, root))
        return self.follow(lines, value)

    def follow(self, lines: list[Line], value: Value, start: int = 0) -> Found:
        """Follow the path of a value through some lines, from the key with the number `start` on."""
        line: Line | None = None
        for passed, each in enumerate(value.way[1:][start:], start):
            inside = _item(lines, each) if isinstance(each.key, int) else _entry(lines, each)
            if inside is None:
                includes, _ = self.uses([*([line] if line else []), *lines])
                beside = len(self.uses([line])[1]) if line else 0
                return Found(line, value.path[passed:], self._values(line, lines), includes, beside)
            line, lines = inside
        includes, _ = self.uses([line] if line else [])
        return Found(line, (), self._values(line, []), includes)

    def uses(self, lines: Iterable[Line]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
        """Return which helpers and values some lines put in."""
        text = "\n".join(self.source.line(each.number) for each in lines)
        values = tuple(tuple(found.split(".")[1:]) for found in _VALUES.findall(text))
        return tuple(dict.fromkeys(_INCLUDE.findall(text))), values

    @cached_property
    def helpers(self) -> dict[str, list[Line]]:
        """Return the lines of each template that is defined here for others."""
        found: dict[str, list[Line]] = {}
        name, depth = "", 0
        for number, text in enumerate(self.source.lines, 1):
            for block in _BLOCK.finditer(text):
                depth += -1 if block[1] == "end" else 1
                if block[1] == "define" and block[2]:
                    name, depth = block[2], 1
                    found[name] = []
            if depth < 1:
                name = ""
            if name and not _DEFINE.search(text) and (line := _line(number, text)) is not None:
                found[name].append(line)
        return {name: lines for name, lines in found.items() if lines}

    def _values(self, line: Line | None, lines: Iterable[Line]) -> tuple[tuple[str, ...], ...]:
        """Return the values that a line and those below it put in."""
        numbers = [each.number for each in (*([line] if line else []), *lines)]
        texts = [self.source.line(number) for number in numbers]
        dotted = next((number for number, text in zip(numbers, texts, strict=True) if _DOT.search(text)), 0)
        before = (self.source.line(number) for number in range(dotted - 1, 0, -1))
        texts += [next((text for text in before if _WITH.search(text)), "")]
        return tuple(tuple(found.split(".")[1:]) for text in texts for found in _VALUES.findall(text))


def fits(written: str, text: str) -> int:
    """Return how well a template's text fits a rendered one: how many characters are the same; -1 if it does not."""
    bare = written.partition(" #")[0].strip()
    pieces = _ACTION.split(bare)
    pieces[0] = pieces[0].lstrip("\"'")
    pieces[-1] = pieces[-1].rstrip("\"'")
    if len(pieces) == 1:
        return len(text) + 1 if pieces[0] == text else -1
    if not text.startswith(pieces[0]) or not text.endswith(pieces[-1]):
        return -1
    at = len(pieces[0])
    for piece in pieces[1:-1]:
        at = text.find(piece, at)
        if at < 0:
            return -1
        at += len(piece)
    return sum(map(len, pieces)) if at <= len(text) - len(pieces[-1]) else -1


def _line(number: int, text: str) -> Line | None:
    bare = text.lstrip()
    if not bare or bare.startswith("#"):
        return None
    column, item = len(text) - len(bare), -1
    if _ONLY_ACTION.fullmatch(text):
        return Line(number, column, "", bare, is_action=True)
    while bare.startswith("- "):
        item = column if item < 0 else item
        rest = bare[2:].lstrip()
        column, bare = column + len(bare) - len(rest), rest
    key = _KEY.match(bare)
    return Line(number, column, key[1].strip() if key else "", bare[key.end() :] if key else bare, item)


def _likeness(lines: list[Line], root: Value) -> tuple[int, int]:
    """Return how well a document of a template fits a rendered object: by its kind, and by its name."""
    kind = next((each.text for each in lines if each.key == "kind" and each.column == 0), "")
    name = root.get("metadata", "name")
    way = name.way[1:] if name else []
    inside: tuple[Line, list[Line]] | None = None
    for each in way:
        inside = _entry(inside[1] if inside else lines, each)
        if inside is None:
            break
    alike = fits(inside[0].text, name.text() or "") if inside and name else -1
    return fits(kind, root.text("kind") or ""), alike


def _entry(lines: list[Line], value: Value) -> tuple[Line, list[Line]] | None:
    """Return the line of a key in a mapping, and the lines of its value; of several, the one that fits the value."""
    column = next((each.column for each in lines if not each.is_action), -1)
    found = [number for number, each in enumerate(lines) if each.column == column and each.key == value.key]
    if not found:
        return None
    text = value.text()
    number = max(found, key=lambda each: fits(lines[each].text, text) if text is not None and len(found) > 1 else 0)
    start = lines[number]
    return start, _below(lines[number + 1 :], start.column)


def _below(lines: Sequence[Line], column: int) -> list[Line]:
    """Return the lines of a value whose key stands in a column: deeper ones, and a list that is not."""
    found = []
    for each in lines:
        deeper = each.outer > column or (each.item == column and each.column > column)
        if not deeper and not each.is_action:
            break
        found.append(each)
    return found


def _item(lines: list[Line], value: Value) -> tuple[Line, list[Line]] | None:
    """Return the line that begins an item of a list, and the item's lines: by its name, otherwise by its number."""
    if not isinstance(value.key, int):
        return None
    column = next((each.item for each in lines if each.item >= 0), -1)
    starts = [number for number, each in enumerate(lines) if each.item == column >= 0]
    items = [lines[start:end] for start, end in pairwise([*starts, len(lines)])]
    name = value.get("name")
    text = name.text() if name else None
    if name and text is not None:
        likeness = [max((fits(each.text, text) for each in item if each.key == "name"), default=-1) for item in items]
        best = max(likeness, default=-1)
        if best > 0 or (best == 0 and (likeness[value.key :][:1] == [0] or _is_repeated(lines[: starts[0]]))):
            alike = [item for item, each in zip(items, likeness, strict=True) if each == best]
            return _opened(max(alike, key=lambda item: _alike(item, value)))
        return None
    siblings = len(value.parent.items()) if value.parent else 0
    return _opened(items[value.key]) if len(items) == siblings else None


def _alike(item: list[Line], value: Value) -> int:
    """Return how well the fields of an item fit a rendered one: two mounts of one volume have the same name."""
    texts = ((each, value.text(each.key)) for each in item if each.key)
    return sum(fits(each.text, text) for each, text in texts if text is not None)


def _is_repeated(lines: Iterable[Line]) -> bool:
    return any(each.is_action and re.search(r"\{\{-?\s*range\b", each.text) for each in lines)


def _opened(item: list[Line]) -> tuple[Line, list[Line]]:
    """Return an item's first line, and its lines, of which the first is not an item any more."""
    first = item[0]
    return first, [replace(first, item=-1), *item[1:]]
