"""Reads YAML that nobody vouches for: a bomb of aliases, or one too deep, is an error before it takes memory.

An alias is a shared value, so a bomb does no harm until somebody prints or compares it: then it is unfolded. A nesting
that libyaml's stack can't hold ends the whole process.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

DEEPEST = 200
"""Levels of one value inside another; the deepest of the template's own questions have 8."""

MOST = 1_000_000
"""Values of one document, each alias counted with all that it stands for."""

_SUSPICIOUS = 4000
"""Brackets in all, or characters of one line: with fewer there are at most 6,000 levels; libyaml bears 20,000."""


def load(text: str | bytes, loader_class: Any) -> Any:
    """Return the value of the one document in `text`, None where it is empty; `loader_class` is a safe loader.

    Raises:
        yaml.YAMLError: when it is no valid YAML, too deep, or unfolds to too much.
    """
    found = list(load_all(text, loader_class))
    if len(found) > 1:
        raise yaml.YAMLError("there is more than one document")
    return found[0] if found else None


def load_all(text: str | bytes, loader_class: Any) -> Iterator[Any]:
    """Yield the value of each document, as `load` does."""
    raw = text if isinstance(text, bytes) else text.encode(errors="replace")
    if raw.count(b"[") + raw.count(b"{") > _SUSPICIOUS or max(map(len, raw.splitlines()), default=0) > _SUSPICIOUS:
        _refuse_depth(text, loader_class)
    has_aliases = b"&" in raw and b"*" in raw
    loader = loader_class(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            if has_aliases:
                refuse_bombs(node)
            yield loader.construct_document(node)
    except (ValueError, TypeError, RecursionError) as error:  # a date that is none, a number too long
        raise yaml.YAMLError(str(error)) from error
    finally:
        loader.dispose()


def _refuse_depth(text: str | bytes, loader_class: Any) -> None:
    """Refuse what is nested too deeply by looking at the parser's events, which takes no stack.

    Most texts need no such look: levels come of brackets, of indentation, or of `- - -` in one line.
    """
    depth = 0
    for event in yaml.parse(text, Loader=loader_class):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise yaml.YAMLError(f"it is nested more than {DEEPEST} levels deep")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def refuse_bombs(top: Any) -> None:
    """Refuse a value, or a document's top node, whose aliases unfold to too much, or that holds itself.

    Raises:
        yaml.YAMLError: when it does.
    """
    try:
        _count(top, {})
    except RecursionError as error:
        raise yaml.YAMLError("it is nested too deeply") from error


def _count(value: Any, sizes: dict[int, int]) -> int:
    """Return how many values one unfolds to; each is looked at once."""
    inner = _inside(value)
    if not inner:
        return 1
    known = sizes.get(id(value))
    if known == 0:
        raise yaml.YAMLError("a value holds itself")
    if known is None:
        sizes[id(value)] = 0  # not yet known
        known = sizes[id(value)] = 1 + sum(_count(each, sizes) for each in inner)
    if known > MOST:
        raise yaml.YAMLError(f"its aliases unfold to more than {MOST:,} values")
    return known


def _inside(value: Any) -> list[Any]:
    """Return what a value, or a node, holds."""
    held = value.value if isinstance(value, yaml.Node) else value
    if isinstance(held, dict):
        return [*held, *held.values()]
    if isinstance(held, list | tuple | set | frozenset):
        return list(held)
    return []
