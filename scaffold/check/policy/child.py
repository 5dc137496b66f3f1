"""A process of its own that evaluates CEL: an expression that takes too much ends it, and nothing else.

It reads one request and writes lines of JSON, each as soon as it is known:

{"compiled": N}                 expression N of policy P can be evaluated; {"refused": why} ends it
{"verdict": [failure, ...]}     for the next pair of policy and object: nothing where all holds
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import cel

from scaffold.check.policy.expressions import names_of, not_parsed, problem
from scaffold.check.policy.functions import functions
from scaffold.text.brief import one_line

SECONDS = 1.0
"""Of processor time, for one expression to be read, and for one policy to judge one object."""
ALTOGETHER = 120
"""Seconds of processor time of one process."""
MOST_ELEMENTS = 1000
TOO_MUCH = 99
"""Exit code where memory ran out."""
_LONGEST = 1000
_TYPES = {bool: "bool", str: "string", int: "int", float: "double", list: "list", dict: "map", type(None): "null"}

Compiled = dict[str, Any]


class EvaluationError(Exception):
    """An expression has no value for an object."""


@dataclass
class Judged:
    """One object that a policy judges, with the values that expressions can read."""

    policy: Mapping[str, Any]
    programs: Compiled
    values: dict[str, Any]
    errors: dict[str, str] = field(default_factory=dict)

    @cached_property
    def _context(self) -> Any:
        """Return the values and variables that expressions read."""
        try:
            context = cel.Context({**self.values, "variables": {}}, functions=functions())
        except Exception as error:  # text that is not UTF-8
            raise EvaluationError(_reason(error)) from error
        found: dict[str, Any] = {}
        for name, text in self.policy["variables"]:
            try:
                found[name] = self._evaluate(text, context)
            except EvaluationError as error:
                self.errors[name] = str(error)  # only who reads it fails
            else:
                context.add_variable("variables", found)
        return context

    def value(self, text: str, gives: str) -> Any:
        """Return what an expression gives; it must be of a type."""
        found = self._evaluate(text, self._context)
        if _TYPES.get(type(found)) != gives:
            raise EvaluationError(f"it gives {_TYPES.get(type(found), type(found).__name__)}, not {gives}")
        return found

    def _evaluate(self, text: str, context: Any) -> Any:
        try:
            return self.programs[text].execute(context)
        except Exception as error:
            missing = [self.errors[name] for name in sorted(names_of(text, "variables")) if name in self.errors]
            raise EvaluationError(missing[0] if missing else _reason(error)) from error


def verdict(policy: Mapping[str, Any], programs: Compiled, values: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what a policy finds wrong with an object: the validation, the element of its list, a message or error."""
    judged = Judged(policy, programs, values)
    errors = []
    for text in policy["conditions"]:
        try:
            if not judged.value(text, "bool"):
                return []
        except EvaluationError as error:
            errors.append({"error": str(error), "expression": text})
    if errors:
        return errors[:1]
    return [each for number, _ in enumerate(policy["validations"]) for each in _failures(judged, number)]


def _failures(judged: Judged, number: int) -> Iterator[dict[str, Any]]:
    validation = judged.policy["validations"][number]
    try:
        if judged.value(validation["expression"], "bool"):
            return
    except EvaluationError as error:
        yield {"validation": number, "error": str(error), "expression": validation["expression"]}
        return
    alone = [(index, each) for index, each in _reduced(judged, validation["at"]) if _breaks(each, validation)]
    for element, each in alone:
        yield {"validation": number, "element": element, "message": _message(each, validation)}
    if not alone:
        yield {"validation": number, "message": _message(judged, validation)}


def _breaks(judged: Judged, validation: Mapping[str, Any]) -> bool:
    try:
        return not judged.value(validation["expression"], "bool")
    except EvaluationError:
        return False


def _message(judged: Judged, validation: Mapping[str, Any]) -> str | None:
    """Return the message of its expression; None where that has no text, so that the fixed one counts."""
    try:
        text = judged.value(validation["message"], "string") if validation["message"] else None
    except EvaluationError:
        return None
    return text[:_LONGEST] if text and text.strip() and "\n" not in text else None


def _reduced(judged: Judged, path: list[str]) -> Iterator[tuple[int, Judged]]:
    """Yield the object with one element of the list that `*` of a path stands for, to see which of them is wrong."""
    if "*" not in path:
        return
    keys = path[: path.index("*")]
    top = judged.values["object"]
    items = top
    for key in keys:
        items = items.get(key) if isinstance(items, dict) else None
    for index, item in enumerate(items[:MOST_ELEMENTS] if isinstance(items, list) else ()):
        values = {**judged.values, "object": _with(top, keys, [item])}
        yield index, Judged(judged.policy, judged.programs, values)


def _with(value: Any, keys: list[str], new: Any) -> Any:
    return {**value, keys[0]: _with(value[keys[0]], keys[1:], new)} if keys else new


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"no such key: {one_line(str(error.args[0]))}"
    text = str(error).removeprefix("Function ").partition(". CEL does not coerce")[0]
    return one_line(text.split("ValueError: ")[-1]).rstrip(".")


def compiled(policy: Mapping[str, Any], fields: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """Yield each expression of a policy with its program, in order.

    Raises:
        ValueError: when one can't be evaluated; the message says why.
    """
    known: list[str] = []
    for text, gives, name in policy["expressions"]:
        try:
            program = cel.compile(text)
        except ValueError as error:
            raise ValueError(not_parsed(text, str(error))) from error
        references = program.references()
        if reason := problem(text, references, known, fields):
            raise ValueError(reason)
        if gives and not references["variables"] and (found := _constant(program)) != gives:
            raise ValueError(f"it gives {found}, not {gives}")
        if name:
            known.append(name)
        yield text, program


def _constant(program: Any) -> str:
    try:
        found = program.execute(cel.Context({}, functions=functions()))
    except Exception as error:
        return f"an error ({_reason(error)})"
    return _TYPES.get(type(found), type(found).__name__)


def _tell(what: Mapping[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def _within_bounds() -> None:
    """Let one step take so much and no more: the kernel ends the process."""
    signal.setitimer(signal.ITIMER_PROF, SECONDS)


def main() -> None:
    """Answer one request; an expression that takes too much memory ends the process, too."""
    try:
        _answer()
    except (SystemExit, KeyboardInterrupt):
        raise
    except BaseException as error:  # the library of CEL panics with a class of its own where memory is refused
        if isinstance(error, Exception) and not isinstance(error, MemoryError):
            raise
        os._exit(TOO_MUCH)


def _answer() -> None:
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    with suppress(ValueError, OSError):  # it has less already
        resource.setrlimit(resource.RLIMIT_CPU, (ALTOGETHER, ALTOGETHER + 1))
    request = json.load(sys.stdin)
    programs: list[Compiled] = []
    for policy in request["policies"]:
        programs.append({})
        _within_bounds()
        try:
            for text, program in compiled(policy, request["fields"]):
                programs[-1][text] = program
                _tell({"compiled": len(programs[-1])})
                _within_bounds()
        except ValueError as error:
            _tell({"refused": str(error)})
            return
    for which, about in request["pairs"]:
        _within_bounds()
        policy, values = request["policies"][which], request["objects"][about]
        _tell({"verdict": verdict(policy, programs[which], {**values, "oldObject": None})})


if __name__ == "__main__":
    main()
