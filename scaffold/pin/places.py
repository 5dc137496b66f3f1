"""Finds what stands at given places of YAML documents, in time that grows only with their size.

An alias is a node that many keys lead to, so paths can be more than there are atoms. Each node is therefore looked at
once for each step of a place that leads to it, as an automaton reads words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase

import yaml

Keys = tuple[str, ...]
"""A place: keys from the top. `*` stands for any letters, by itself also for a list's item; `**` for keys."""


def nodes_at(roots: Iterable[yaml.Node], places: Sequence[Keys]) -> Iterator[yaml.Node]:
    """Yield the nodes at the places, each once, in the order of the documents."""
    seen: set[tuple[int, Keys]] = set()
    given: set[int] = set()
    waiting: list[tuple[yaml.Node, Keys]] = []
    for root in roots:
        waiting += [(root, place) for place in reversed(places)]
        while waiting:
            node, place = waiting.pop()
            if (id(node), place) in seen:
                continue
            seen.add((id(node), place))
            if not place:
                if id(node) not in given:
                    given.add(id(node))
                    yield node
                continue
            if place[0] == "**":
                waiting.append((node, place[1:]))
            steps = [step for step in _steps(node, place) if not step[1] or step[0].__class__ is not yaml.ScalarNode]
            waiting += reversed(steps)  # below a scalar there is nothing


def scalars_at(roots: Iterable[yaml.Node], places: Sequence[Keys]) -> Iterator[yaml.ScalarNode]:
    """Yield the scalars at the places, each once."""
    return (node for node in nodes_at(roots, places) if isinstance(node, yaml.ScalarNode))


def _steps(node: yaml.Node, place: Keys) -> Iterator[tuple[yaml.Node, Keys]]:
    """Yield the children that a place leads to, with what is left of it; a merge key puts its keys where it stands."""
    wanted = place[0]
    rest = place if wanted == "**" else place[1:]
    if isinstance(node, yaml.SequenceNode):
        if wanted in ("*", "**"):
            yield from ((item, rest) for item in node.value)
    elif isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = key.value if isinstance(key, yaml.ScalarNode) else ""
            if name == "<<":
                yield from ((each, place) for each in _merged(value))
            elif wanted == "**" or fnmatchcase(name, wanted):
                yield value, rest


def _merged(node: yaml.Node) -> list[yaml.Node]:
    """Return the mappings that a merge key brings in: one, or a list of them."""
    return node.value if isinstance(node, yaml.SequenceNode) else [node]
