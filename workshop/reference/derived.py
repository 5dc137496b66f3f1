"""docs/reference/derived.md: every value that the template computes, how, why, and where it is in a service."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from jinja2 import Environment, nodes

from scaffold.engine.answers import Answers
from workshop.goldens import answers_of, engine, rendered, tracked
from workshop.reference.formulas import Formulas, UnsayableError
from workshop.reference.markdown import block, bullets, page, paragraph, sentence, table
from workshop.reference.names import marked

EXAMPLE = "everything-python"
_OVERLAY = """\
# deploy/overlays/dev/kustomization.yaml
configMapGenerator:
  - name: payments-config
    behavior: merge
    literals:
      - LOG_LEVEL=debug
      - DRAIN_SECONDS=1
"""
_LISTS = ("derived", "protection")
_KEYS = {"value", "unit", "pattern", "reason"}


@dataclass(frozen=True)
class Value:
    """A derived value: where its record is among the computed ones, and what people call it."""

    path: tuple[str | int, ...]
    title: str
    record: Mapping[str, Any]

    @property
    def shown(self) -> str:
        """Return the value with its unit."""
        return f"{self.record['value']} {self.record['unit']}".strip()


def make() -> str:
    """Return the page."""
    answers = answers_of(EXAMPLE)
    values = list(values_of(answers))
    before = tracked(rendered(answers))
    formulas = _formulas(values)
    computed = [
        (each.title, each.shown, formulas[each.title], f"[{pattern}](../patterns/{pattern}.md)")
        for each in values
        for pattern in [each.record["pattern"]]
    ]
    placed = [
        (each.title, sentence(marked(each.record["reason"])), _files(changed(before, answers, each))) for each in values
    ]
    return page(
        "Derived values",
        "templates/service/questions/derived.yml and protection.yml",
        paragraph(
            "scaffold does not ask for the numbers on this page. It computes them from your answers, so that they fit "
            "together. The README of a service lists its own. `scaffold new --json` has them as `derived`."
        ),
        paragraph(
            f"The values here are those of [examples/{EXAMPLE}](../../examples/{EXAMPLE}/README.md), a service that "
            "uses everything. Values of a dependency and of a sidecar exist once for each of them. In the formulas, "
            "`code` is an answer and *italics* are another derived value."
        ),
        "## How each value is computed",
        table(("name", "value", "formula", "pattern"), computed),
        paragraph("ceil rounds up and floor rounds down."),
        "## Why, and where",
        paragraph("The files are those in which the value is written, besides the README and `.copier-answers.yml`."),
        table(("name", "reason", "files"), placed),
        "## How to override a value",
        _override(),
    )


def _override() -> str:
    return "\n\n".join(
        [
            paragraph("Look first for an answer in the formula. Change it, and all values that depend on it follow:"),
            block("console", "$ scaffold update --data startup_seconds=60"),
            paragraph("If no answer fits, edit the value in the files of the service and commit it. Then:"),
            bullets(
                [
                    "`scaffold update` keeps your value. It is a conflict only if the template changes the same lines.",
                    (
                        "`scaffold check` still compares the value with others, such as the grace period with preStop. "
                        "It reports a finding where they contradict each other."
                    ),
                    "Say why in a comment beside the value. Derived values have such a comment with the pattern's id.",
                ]
            ),
            paragraph(
                "Values that are environment variables, such as the drain, need no edit of the base. Set them for one "
                "environment in its overlay, beside the literals that are there:"
            ),
            block("yaml", _OVERLAY),
        ]
    )


def _formulas(values: list[Value]) -> dict[str, str]:
    """Return the formula of each value by its title; one that is a part of another is named there."""
    found = {each.title: how(each, values) for each in values}
    for title, said in found.items():
        for other, longer in found.items():
            if other != title and " " in said and len(said) > 40 and said in longer:
                found[other] = longer.replace(f"({said})", f"*{title}*").replace(said, f"*{title}*")
    return found


def values_of(answers: Answers) -> Iterator[Value]:
    """Yield the values in the order in which the service's README lists them, the first of several records only."""
    places = list(_records(answers.computed, ()))
    seen: set[tuple[str | int, ...]] = set()
    for each in answers.computed["derived"]:
        record = {key: value for key, value in each.items() if key != "name"}
        path = next(path for path, found in places if found == record and path not in seen)
        owner, _, rest = each["name"].partition(": ")
        kind = path if len(path) < 3 else (path[0], path[2])
        if kind not in {known if len(known) < 3 else (known[0], known[2]) for known in seen}:
            yield Value(path, f"{rest} of a dependency" if rest else owner, record)
        seen.add(path)


def _records(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Mapping[str, Any]]]:
    """Yield every record of a value among computed ones, with its path; lists that only repeat them are left out."""
    if isinstance(value, Mapping):
        if value.keys() == _KEYS:
            yield path, value
        for key, inner in value.items():
            if key not in _LISTS:
                yield from _records(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _records(inner, (*path, number))


def how(value: Value, values: list[Value]) -> str:
    """Return how a value is computed; nothing where the reason says all there is."""
    titles = {str(each.path[0]): f"*{each.title}*" for each in values if len(each.path) == 1}
    asked = {each.name for each in engine()[0].asked}
    source = next(each.default for each in engine()[0].questions if each.name == value.path[0])
    if isinstance(source, Mapping):
        return "constant"
    tree = Environment(autoescape=True).parse(source)
    local = {each.target.name: each.node for each in tree.find_all(nodes.Assign) if isinstance(each.target, nodes.Name)}

    def named(name: str) -> str:
        if name.startswith("."):
            return f"`{name[1:]}`" if len(value.path) > 1 else ""
        return titles.get(name, f"`{name}`" if name in asked else "")

    try:
        said = Formulas(named, local).said(_expression(tree, value))
    except UnsayableError:
        return "see the reason"
    return said if "`" in said or "*" in said else "constant"


def _expression(tree: nodes.Template, value: Value) -> nodes.Node:
    """Return the expression of a record's value: after `value:` in a text, or under that key of a literal."""
    if len(value.path) > 1:
        for keyword in tree.find_all(nodes.Keyword):
            if keyword.key == value.path[-1]:
                return _of_key(keyword)
        return _of_key(tree)
    texts = [each for output in tree.find_all(nodes.Output) for each in output.nodes]
    for before, after in itertools.pairwise(texts):
        if isinstance(before, nodes.TemplateData) and before.data.rstrip(" ").endswith("value:"):
            return after
    return nodes.Const(None)


def _of_key(node: nodes.Node) -> nodes.Node:
    for pair in node.find_all(nodes.Pair):
        if isinstance(pair.key, nodes.Const) and pair.key.value == "value":
            return pair.value
    raise UnsayableError("value")


def changed(before: Mapping[str, Any], answers: Answers, value: Value) -> list[str]:
    """Return the files that differ when this value differs."""
    other = 7 if isinstance(value.record["value"], int) and value.record["value"] != 7 else "7Mi"
    computed = _with(answers.computed, value.path, {**value.record, "value": other})
    after = tracked(rendered(replace(answers, computed=computed)))
    return [path for path in after if before[path] != after[path] and path not in ("README.md", ".copier-answers.yml")]


def _with(container: Any, path: tuple[str | int, ...], record: Any) -> Any:
    """Return a copy of a container with another record in the place that a path names."""
    if not path:
        return record
    copy: Any = list(container) if isinstance(container, list) else dict(container)
    copy[path[0]] = _with(container[path[0]], path[1:], record)
    return copy


def _files(paths: list[str]) -> str:
    return ", ".join(f"`{path}`" for path in paths) if paths else "none"
