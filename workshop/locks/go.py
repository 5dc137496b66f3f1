"""go.mod and go.sum, as `go mod tidy` writes them."""

from __future__ import annotations

import re

from workshop.locks.conditions import Condition, LockError, any_of, blocks
from workshop.locks.runs import Runs

FILES = ("go.mod", "go.sum")
ACCEPTS = ("go", "mod", "tidy", "-diff")
"""Fails where the lock files do not fit the manifest, and installs nothing."""
INDIRECT = " // indirect"


def write(runs: Runs) -> dict[str, str]:
    """Return the template of each lock file."""
    return {"go.mod": _mod(runs), "go.sum": _sum(runs)}


def _sum(runs: Runs) -> str:
    found = runs.read("go.sum", str.splitlines)
    return "\n".join(blocks((runs.condition(found, line), [line]) for line in found["everything"])) + "\n"


def _mod(runs: Runs) -> str:
    head = runs.one(runs.read("go.mod", _head), "the head of go.mod")
    head = re.sub(r"(?m)^module .*$", "module {{ repository }}", head)
    head = re.sub(r"(?m)^go .*$", "go {{ languages.go.version }}.0", head)
    versions = runs.read("go.mod", lambda text: _versions(text, ""))
    direct = runs.read("go.mod", lambda text: _versions(text, "").keys() - _versions(text, INDIRECT).keys())
    indirect = runs.read("go.mod", lambda text: _versions(text, INDIRECT))
    lines: list[tuple[Condition, str]] = []
    others: list[tuple[Condition, str]] = []
    for module in sorted(versions["everything"]):
        line = f"{module} {runs.one(versions, module)}"
        by_code = runs.needed(direct, module)
        lines.append((by_code, line))
        others.append((runs.needed(indirect, module).but(by_code), line + INDIRECT))
    return "\n".join([*head.splitlines(), "", *_require(lines), "", *_require(others)]) + "\n"


def _versions(text: str, comment: str) -> dict[str, str]:
    """Return the version of each module whose line ends with a comment."""
    return dict(re.findall(rf"(?m)^(?:\t|require )(\S+) (v\S+)(?=.*{comment}$)", text))


def _head(text: str) -> dict[str, str]:
    return {"the head of go.mod": text.partition("\nrequire")[0].rstrip("\n")}


def _require(modules: list[tuple[Condition, str]]) -> list[str]:
    """Return the block of some modules. A single one has no block."""
    found = [(condition, line) for condition, line in modules if not condition.never]
    block = ["require (", *blocks((condition, [f"\t{line}"]) for condition, line in found), ")"]
    always = [line for condition, line in found if condition.always]
    if len(always) > 1:
        return block
    if len(always) != 1:
        raise LockError("a block of go.mod without a module that every service has is not written")
    if len(found) == 1:
        return [f"require {always[0]}"]
    more = any_of(condition for condition, _ in found if not condition.always)
    return [f"{{% if {more} %}}", *block, "{% else %}", f"require {always[0]}", "{% endif %}"]
