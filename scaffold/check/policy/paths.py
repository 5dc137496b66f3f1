"""Which field of an object a rule is about: a path such as `spec.template.spec.containers[*].image`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from scaffold.syntax.yaml_nodes import Value

Path = tuple[str, ...]
"""Keys from the object's top; `EACH` is every element of a list."""

EACH = "*"
_KEY = r"[A-Za-z_][\w-]*"
_STEP = re.compile(rf"\.?({_KEY})|\[(\*)\]|\[(?:'([^']*)'|\"([^\"]*)\")\]")
_LOOP = re.compile(rf"\bobject((?:\.{_KEY})+)\.(?:all|exists|exists_one|filter|map)\(\s*(\w+)\s*,")
_READ = re.compile(rf"\bobject((?:\.{_KEY}(?!\w*\()|\[(?:'[^']*'|\"[^\"]*\")\])+)")
_VARIABLE = re.compile(r"\bvariables\.(\w+)")
_NESTED = 5


def path_of(text: str) -> Path | None:
    """Return a path that somebody wrote, or None where it is none."""
    found: list[str] = []
    at = 0
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None:
            return None
        found.append(next(each for each in step.groups() if each is not None))
        at = step.end()
    return tuple(found) if found.count(EACH) <= 1 else None


def path_in(expression: str, variables: Mapping[str, str]) -> Path:
    """Return the path that an expression reads: of the list that it goes through, or the longest one."""
    for _ in range(_NESTED):
        expression = _VARIABLE.sub(lambda found: variables.get(found[1], ""), expression)
        if len(expression) > 100_000:
            return ()
    if loop := _LOOP.search(expression):
        own = re.findall(rf"\b{re.escape(loop[2])}((?:\.{_KEY}(?!\w*\())+)", expression[loop.end() :])
        rest = path_of(max(own, key=len)) if own else ()
        return (*(path_of(loop[1]) or ()), EACH, *(rest or ()))
    paths = [path_of(each) or () for each in _READ.findall(expression)]
    return max(paths, key=len, default=())


def found_at(top: Value, path: Path, element: int | None) -> Value | None:
    """Return the last value of a path that is there; `element` is the one of the list that is meant."""
    value = top
    for key in path:
        if key == EACH:
            items = value.items() if element is not None else []
            if element is None or element >= len(items):
                break
            value = items[element]
            continue
        found = value.get(key)
        if found is None:
            break
        value = found
    return None if value is top else value
