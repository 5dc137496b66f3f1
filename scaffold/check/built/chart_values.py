"""The values that a chart is rendered with: its own, those of its tests or of its schema; and which one it lacks."""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from scaffold.check.built.chart_copy import SCHEMA
from scaffold.check.built.enclosure import named
from scaffold.syntax.source import Source, read
from scaffold.syntax.yaml_nodes import Value, documents_in

_VALUES = re.compile(r"values[-.][^/]+\.ya?ml|[^/]+[-.]values\.ya?ml", re.DOTALL)
_OF_TESTS = re.compile(r"ci/[^/]*values[^/]*\.ya?ml", re.DOTALL)
_MOST = 5
_DEEPEST = 8  # of a schema
_SAID = re.compile(r"execution error at \([^)]*\): (.+)")
_EVALUATED = re.compile(r"<\.Values((?:\.\w+)+)>: nil pointer evaluating")
_PATH = re.compile(r"\.Values((?:\.\w+)+)")
_CONDITION = re.compile(r"\{\{-?\s*(?:else\s+)?(?:if|with)\b")


def is_values(name: str) -> bool:
    """Return whether a file beside a chart is named like values for it."""
    return _VALUES.fullmatch(name) is not None


def beside(names: Iterable[str], folder: str) -> list[str]:
    """Return the files of values beside a chart, as far as it is rendered with them."""
    own = (name for name in names if posixpath.dirname(name) == folder)
    return sorted(name for name in own if is_values(posixpath.basename(name)))[:_MOST]


def of_tests(names: Iterable[str], folder: str) -> list[str]:
    """Return the values that a chart's own tests render it with.

    https://github.com/helm/chart-testing/blob/main/doc/ct_install.md has their names.
    """
    inside = ((name, name[len(folder) :].lstrip("/")) for name in names)
    return sorted(name for name, path in inside if _OF_TESTS.fullmatch(path))[:_MOST]


def of_schema(names: Iterable[str], folder: str) -> dict[str, Any]:
    """Return the values that a chart's schema requires and gives by itself, where its own values have none."""
    file = posixpath.join(folder, SCHEMA)
    source = read(file) if file in names else None
    try:
        schema = json.loads(source.data) if isinstance(source, Source) else None
    except (ValueError, RecursionError):
        return {}
    return _required(schema, schema, _top(posixpath.join(folder, "values.yaml")), _DEEPEST)


def _required(schema: Any, root: Any, present: Value | None, depth: int) -> dict[str, Any]:
    """Return what stands in a schema for each property that is required and has no value."""
    schema = _resolved(schema, root)
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(properties, Mapping) or depth == 0:
        return {}
    wanted = schema.get("required")
    required = {str(each) for each in wanted} if isinstance(wanted, list) else set()
    found: dict[str, Any] = {}
    for key, each in properties.items():
        there = present.get(key) if present else None
        if there is None or there.text() == "":
            given = _given(_resolved(each, root)) if key in required else None
            if given is not None:
                found[key] = given
                continue
        if (there is not None or key in required) and (inside := _required(each, root, there, depth - 1)):
            found[key] = inside
    return found


def _given(schema: Any) -> Any:
    """Return a value that a schema itself names: the default, the only one, an example, or one of several."""
    if not isinstance(schema, Mapping):
        return None
    several = (schema.get(key) for key in ("examples", "enum"))
    first = [each[0] for each in several if isinstance(each, list) and each]
    found = (schema.get("default"), schema.get("const"), schema.get("example"), *first)
    return next((each for each in found if each not in (None, "")), None)


def _resolved(schema: Any, root: Any) -> Any:
    """Return what a reference inside of the schema stands for; others are not followed."""
    reference = schema.get("$ref") if isinstance(schema, Mapping) else None
    if not isinstance(reference, str) or not reference.startswith("#/"):
        return schema
    found = root
    for key in reference.removeprefix("#/").split("/"):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _top(file: str) -> Value | None:
    found = documents_in(file)
    return found[0].root if found else None


def missing(said: str, shown: Mapping[str, str]) -> str:
    """Return which value a chart needs, and where, as far as that follows from what helm says; otherwise nothing.

    `shown` are the files of the chart by their paths in it. Helm names the template that it renders, but what refuses
    may stand in a helper, so the text of the refusal is looked for.
    """
    if nothing := _EVALUATED.search(said):
        return f"needs a value for {nothing[1].rpartition('.')[0].lstrip('.') or nothing[1].lstrip('.')}"
    refusal = _SAID.search(said)
    text = refusal[1].strip() if refusal else ""
    for path, name in sorted(shown.items()) if text else ():
        source = read(name) if "templates/" in path else None
        for number, paths in _refusals(source, text) if isinstance(source, Source) else ():
            values = " or ".join(paths)
            return f"needs a value for {values} ({named(path)}:{number}): {text}"
    return ""


def _refusals(source: Source, text: str) -> Iterator[tuple[int, Sequence[str]]]:
    """Yield the lines that refuse with a text, and the values that they ask for, or the conditions above them do."""
    for number, line in enumerate(source.lines, 1):
        before, there, behind = line.replace('\\"', '"').partition(text)
        if not there:
            continue
        paths = _PATH.findall(behind)[:1] or _PATH.findall(before)[-1:]
        for above in range(number - 1, 0, -1) if not paths else ():
            if _CONDITION.search(source.line(above)) and (paths := _PATH.findall(source.line(above))):
                break
        if paths:
            yield number, list(dict.fromkeys(path.lstrip(".") for path in paths))
