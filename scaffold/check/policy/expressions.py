"""Whether `scaffold check` can evaluate an expression: what it reads and calls is known without a cluster."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from scaffold.check.policy.functions import LIBRARY
from scaffold.text.brief import one_line
from scaffold.text.nearest import suggest

_VALUES = ("object", "oldObject", "request", "namespaceObject", "variables")
_TYPES = frozenset(
    {"bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint"}
    | {"google.protobuf.Timestamp", "google.protobuf.Duration"}
)
_CORE = frozenset(
    {"bool", "bytes", "contains", "double", "duration", "dyn", "endsWith", "int", "matches", "size", "startsWith"}
    | {"string", "timestamp", "type", "uint"}
    | {f"get{each}" for each in ("Date", "DayOfMonth", "DayOfWeek", "DayOfYear", "FullYear", "Hours", "Milliseconds")}
    | {f"get{each}" for each in ("Minutes", "Month", "Seconds")}
)
_OPERATOR = re.compile(r"\W|_.*_|-_")
_STRING = re.compile(r"[rRbB]{0,2}(?:'''.*?'''|\"\"\".*?\"\"\"|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\")", re.DOTALL)
_BOUND = re.compile(r"\.(?:all|exists|exists_one|filter|map)\(\s*(\w+)\s*,")
_OF = re.compile(r"(?<![\w.])(variables|request|oldObject)\s*\.\s*(\w+)")
_OPTIONAL = re.compile(r"\.\?|\[\?")
_IN_A_CLUSTER = {
    "authorizer": "authorizer asks the cluster who may do what",
    "params": "params are objects of the cluster",
}
_LIBRARIES = frozenset({"base64", "cel", "format", "math", "optional", "sets", "strings", "lists"})


def without_text(expression: str) -> str:
    """Return an expression whose texts are empty, so that what looks like code is code."""
    return _STRING.sub("''", expression)


def names_of(expression: str, value: str) -> set[str]:
    """Return the names that an expression reads of a value, such as the variables of `variables`."""
    return {name for of, name in _OF.findall(without_text(expression)) if of == value}


def problem(
    expression: str, references: Mapping[str, Sequence[str]], variables: Iterable[str], fields: Iterable[str]
) -> str | None:
    """Return why an expression can't be evaluated, or None; `variables` and `fields` of the request are known."""
    code = without_text(expression)
    bound = set(_BOUND.findall(code))
    for name in references["variables"]:
        if name in _IN_A_CLUSTER:
            return f"{_IN_A_CLUSTER[name]}, which check can't evaluate"
        if name in _LIBRARIES and name not in bound:
            return f"check does not have the library {name}"
        if name not in bound and name not in _VALUES and name not in _TYPES:
            return f"there is no variable {one_line(name)}. {suggest(name, _VALUES, _known(_VALUES))}"
    for name in references["functions"]:
        if name not in _CORE and name not in LIBRARY and not _OPERATOR.match(name):
            near = suggest(name, _CORE | LIBRARY, "docs/how-to/policy.md lists the functions.", cutoff=0.8)
            return f"check does not have the function {one_line(name)}. {near}"
    return _unknown(code, "variables", variables, "declared above") or _unknown(
        code, "request", fields, "known without a cluster"
    )


def _unknown(code: str, value: str, known: Iterable[str], what: str) -> str | None:
    names = list(known)
    for name in sorted(names_of(code, value)):
        if name not in names:
            return f"{value}.{name} is not {what}. {suggest(name, names, _known(names))}"
    return None


def not_parsed(expression: str, error: str) -> str:
    """Return why an expression does not parse, in one line."""
    if _OPTIONAL.search(without_text(expression)):
        return "check can't evaluate optional fields (`.?` and `[?`); write has(...)"
    told = next((line for line in error.splitlines() if "ERROR:" in line), error)
    return one_line(re.sub(r".*ERROR: <input>:(\d+):(\d+): ", r"line \1, column \2: ", told)).rstrip(".")


def _known(names: Iterable[str]) -> str:
    listed = ", ".join(names)
    return f"There are {listed}." if listed else "There is none."
