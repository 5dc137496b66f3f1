"""Asks another process for the verdicts of policies, since an expression may take any time and memory."""

from __future__ import annotations

import json
import signal
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffold.check.policy.matching import REQUEST
from scaffold.check.policy.policy import Expression, Policy
from scaffold.errors import FileError, ScaffoldError
from scaffold.programs import MIB, Bounds, ProgramError, bare_environment, run_bounded

Pair = tuple[int, int]
"""A policy and an object, by their numbers."""

LARGEST = 3 * MIB
"""Characters of an object as JSON: an API server takes no larger request."""
AT_ONCE = 16 * MIB
"""Characters of the objects that one process judges."""
BOUNDS = Bounds(seconds=600, output=256 * MIB, memory=1024 * MIB)
MOST_DEATHS = 5
"""How often policies may take too much, until the rest is not judged."""

FIELDS = (*REQUEST, "subResource", "requestSubResource")
"""The fields of `request` that expressions may read."""

_MODULE = "scaffold.check.policy.child"
_START = f"import sys, json; sys.path[:] = json.loads(sys.argv[1]); import {_MODULE} as child; child.main()"
_NO_MEMORY = 99
_TOO_MUCH = "it needs more time or memory than check gives one expression"
_NO_BUDGET = "the policies before it used up the time of check"


@dataclass(frozen=True)
class Failure:
    """What is wrong with an object: by which validation, at which element of a list; or why there is no verdict."""

    validation: int | None
    element: int | None = None
    message: str | None = None
    error: str = ""


def judge(policies: Sequence[Policy], objects: Sequence[str], pairs: Sequence[Pair]) -> dict[Pair, Sequence[Failure]]:
    """Return what each policy finds wrong with each object of the pairs; nothing where all holds.

    An object is the JSON of what expressions can read.

    Raises:
        FileError: when an expression can't be evaluated.
        ScaffoldError: when the process of CEL can't be started.
    """
    verdicts: dict[Pair, Sequence[Failure]] = {}
    waiting = list(pairs)
    deaths = 0
    while True:
        asked = _first(waiting, objects)
        found, killed = _asked(policies, objects, asked)
        verdicts |= zip(asked, found, strict=False)
        if killed and len(found) < len(asked):
            deaths += 1
            over = killed == signal.SIGXCPU or deaths == MOST_DEATHS
            verdicts |= _given_up(asked[len(found)][0], waiting[len(found) :], everything=over)
        waiting = [each for each in waiting if each not in verdicts]
        if not waiting:
            return verdicts


def _given_up(which: int, waiting: Sequence[Pair], *, everything: bool) -> dict[Pair, Sequence[Failure]]:
    """Return what there is to say of a policy that took too much, and with `everything` of those after it."""
    return {
        pair: [Failure(None, error=_TOO_MUCH if pair[0] == which else _NO_BUDGET)]
        for pair in waiting
        if everything or pair[0] == which
    }


def _first(pairs: Sequence[Pair], objects: Sequence[str]) -> Sequence[Pair]:
    """Return as many of the pairs as one process judges; they are ordered by object."""
    size, last = 0, -1
    for at, (_, number) in enumerate(pairs):
        if number != last:
            size, last = size + len(objects[number]), number
            if at and size > AT_ONCE:
                return pairs[:at]
    return pairs


def _asked(policies: Sequence[Policy], objects: Sequence[str], pairs: Sequence[Pair]) -> tuple[list[Any], int]:
    """Return the verdicts on the first pairs, and the signal that ended the process, or 0."""
    numbers = {number: at for at, number in enumerate(dict.fromkeys(number for _, number in pairs))}
    rest = {"policies": requests(policies), "fields": FIELDS, "pairs": [(which, numbers[of]) for which, of in pairs]}
    request = f'{{"objects": [{",".join(objects[each] for each in numbers)}], {json.dumps(rest)[1:]}'
    code, lines = _run(request.encode())
    expressions = [each for policy in policies for each in policy.expressions]
    read = sum("compiled" in each for each in lines)
    if lines and "refused" in lines[-1]:
        raise refusal(expressions[read], lines[-1]["refused"])
    if read < len(expressions):
        raise refusal(expressions[read], _TOO_MUCH)
    return [[_failure(each) for each in line["verdict"]] for line in lines[read:]], abs(code)


def refusal(expression: Expression, reason: str) -> FileError:
    """Return the error for an expression that can't be evaluated."""
    text = " ".join(expression.text.split())
    shown = text if len(text) <= 120 else f"{text[:120]}…"
    end = "" if reason.endswith(("?", ".")) else "."
    return FileError(f"{expression.where}: the expression `{shown}` can't be evaluated: {reason}{end}")


def _run(request: bytes) -> tuple[int, list[dict[str, Any]]]:
    command = [sys.executable, "-I", "-c", _START, json.dumps([str(Path(each).absolute()) for each in sys.path])]
    try:
        with tempfile.TemporaryDirectory(prefix="scaffold-policy-") as home:
            environment = bare_environment(Path(home))
            done = run_bounded(command, bounds=BOUNDS, environment=environment, stdin=request, offline=True)
    except ProgramError as error:
        raise ScaffoldError(f"Policies can't be judged: their process {error}.") from error
    if done.code > 0 and done.code != _NO_MEMORY:
        raise ScaffoldError(f"Policies can't be judged: {_last_line(done.said)}. Install scaffold again.")
    whole = [line for line in done.stdout.splitlines(keepends=True) if line.endswith(b"\n")]
    return done.code, [json.loads(line) for line in whole]


def _last_line(text: str) -> str:
    lines = text.strip().splitlines()
    return lines[-1] if lines else "their process failed"


def requests(policies: Sequence[Policy]) -> list[dict[str, Any]]:
    """Return policies as the process gets them."""
    return [_as_request(each) for each in policies]


def _as_request(policy: Policy) -> dict[str, Any]:
    names = {each.where + each.text: name for name, each in policy.variables.items()}
    return {
        "expressions": [[each.text, each.gives, names.get(each.where + each.text, "")] for each in policy.expressions],
        "variables": [[name, each.text] for name, each in policy.variables.items()],
        "conditions": [each.text for each in policy.conditions],
        "validations": [
            {
                "expression": each.expression.text,
                "message": each.message_expression.text if each.message_expression else "",
                "at": list(each.at),
            }
            for each in policy.validations
        ],
    }


def _failure(told: dict[str, Any]) -> Failure:
    error = told.get("error", "")
    return Failure(told.get("validation"), told.get("element"), told.get("message"), error)
