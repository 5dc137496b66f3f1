"""The fields of a mapping as libyaml composed it: its own, and those that merge keys (`<<`) bring in."""

from __future__ import annotations

import yaml


def fields_of(node: yaml.MappingNode) -> dict[str, yaml.Node]:
    """Return the values of a mapping by key; what merge keys bring in yields to what is written out."""
    fields: dict[str, yaml.Node] = {}
    try:
        for key, value in node.value:
            fields[key.value] = value
    except TypeError:  # a key that is a list or a mapping
        return _merged(node)
    return _merged(node) if "<<" in fields else fields


def _merged(node: yaml.MappingNode) -> dict[str, yaml.Node]:
    fields: dict[str, yaml.Node] = {}
    seen: set[int] = set()
    waiting: list[yaml.Node] = [node]
    while waiting:
        each = waiting.pop()
        if id(each) in seen:  # merging it once more would change nothing
            continue
        seen.add(id(each))
        if isinstance(each, yaml.SequenceNode):
            waiting += reversed(each.value)
        elif isinstance(each, yaml.MappingNode):
            more = {key.value: value for key, value in each.value if isinstance(key.value, str)}
            if "<<" in more:
                waiting.append(more.pop("<<"))
            fields = {**more, **fields}
    return fields
