"""Finds out what a question's validator demands: the words with which checks.jinja would refuse an answer.

Nothing is rendered: the validator is parsed, and each call of a macro is followed to one of those that say something.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import NamedTuple

from jinja2 import Environment, nodes

from scaffold.engine.questions import Question
from workshop.goldens import ROOT, engine

_CHECKS = ROOT / "templates/service/questions/checks.jinja"
_MARK = re.compile(r"([^\s\0]*)\0(\w+)\0([^\s\0]*)")
_MOST = 2
_FIELD = re.compile(r"[\]…]\.(\w+)(?:\.…)?$")


class Demand(NamedTuple):
    """What a field of a record must do, or (with an empty field) the answer itself; or when it is rejected."""

    field: str
    rule: str
    rejected: bool = False


class _Bound(NamedTuple):
    """An argument, and the variables where it was written."""

    node: nodes.Node
    scope: Mapping[str, _Bound]


_SAYS: Mapping[str, Callable[[Mapping[str, str]], tuple[str, bool]]] = {
    "refuse": lambda told: (f"be {told['rule']}", False),
    "must": lambda told: (told["rule"], False),
    "forbid": lambda told: (told["reason"], True),
    "records": lambda told: (
        f"be a list of at most {told['most']} records, each with a `{told['key']}` of its own",
        False,
    ),
}
"""The macros that say something, each with what it says of its arguments."""


def demands(question: Question) -> list[Demand]:
    """Return what a question demands of its answer, in the order of its validator."""
    found = dict.fromkeys(_of(_parsed(question.validator), {})) if question.validator else {}
    return [each for each in found if not any(_says_more(other, each) for other in found)]


def _says_more(one: Demand, other: Demand) -> bool:
    return one != other and one.field == other.field and one.rule.startswith(other.rule)


def _of(tree: nodes.Node, scope: Mapping[str, _Bound]) -> Iterator[Demand]:
    own = dict(scope)
    for each in tree.find_all(nodes.Assign):
        if isinstance(each.target, nodes.Name):
            own[each.target.name] = _Bound(each.node, own)
    for call in tree.find_all(nodes.Call):
        if not isinstance(call.node, nodes.Name) or call.node.name not in _macros():
            continue
        macro = _macros()[call.node.name]
        bound = {each.name: _Bound(value, own) for each, value in zip(macro.args, call.args, strict=False)}
        if says := _SAYS.get(call.node.name):
            told = {name: _text(each) for name, each in bound.items()}
            where = _FIELD.search(told[macro.args[0].name])
            rule, rejected = says(told)
            yield from _demand(where[1] if where else "", _tidy(rule), rejected)
        else:
            for inner in macro.body:
                yield from _of(inner, bound)


def _demand(field: str, rule: str, rejected: bool) -> Iterator[Demand]:
    """Yield a demand, unless most of it would be details of one answer."""
    if rejected:
        yield Demand(field, re.sub(r"the (\w+) …$", r"another \1", rule).replace("…", "another"), True)
    elif rule.count("…") < _MOST and "- …" not in rule:
        before, mark, after = rule.partition(":")
        yield Demand(field, before if mark and "…" in after else rule)


@cache
def _macros() -> Mapping[str, nodes.Macro]:
    return {each.name: each for each in _parsed(_CHECKS.read_text()).find_all(nodes.Macro)}


def _parsed(source: str) -> nodes.Template:
    return Environment(autoescape=True).parse(source)


def _text(bound: _Bound) -> str:
    """Return what an expression gives, with the names of answers as code and `…` for what only one record has."""
    node, scope = bound
    match node:
        case nodes.Const(value=value):
            return str(value)
        case nodes.Concat(nodes=parts):
            return "".join(_text(_Bound(each, scope)) for each in parts)
        case nodes.Name(name=name) if name in scope and scope[name].node is not node:
            return _text(scope[name])
        case nodes.Name(name=name):
            return f"`{name}`" if name in {each.name for each in engine()[0].asked} else "…"
        case nodes.Getattr(attr=attr) if "toolchain" in {each.name for each in node.find_all(nodes.Name)}:
            return f"\0{attr}\0"
        case nodes.Sub(left=left, right=right):
            return f"{_text(_Bound(left, scope))} - {_text(_Bound(right, scope))}"
    return "…"


def _by_language(rule: str) -> str:
    """Return a rule with each language's own value where a mark names what differs by language."""
    languages = next(each.default for each in engine()[0].questions if each.name == "languages")

    def values(found: re.Match[str]) -> str:
        before, attribute, after = found.groups()
        told = {name: each[attribute] for name, each in languages.items() if attribute in each}
        between = " or " if any(" " in str(value) for value in told.values()) else ", "
        return between.join(f"{before}{value}{after} ({name})" for name, value in told.items())

    return _MARK.sub(values, rule)


def _tidy(rule: str) -> str:
    """Return a rule without the details of one answer, which nobody knows before."""
    rule = re.sub(r"(\w+) \(`\1`\)", r"`\1`", " ".join(_by_language(rule).split()))
    return re.sub(r", not ((only )?…( s)?|`\w+`)", "", rule)
