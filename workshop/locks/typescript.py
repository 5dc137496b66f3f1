"""package-lock.json, as npm writes it: packages by their folders, with marks for those that only developers need."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from workshop.locks.conditions import ALWAYS, Condition, any_of, blocks, inline
from workshop.locks.runs import Runs

FILES = ("package-lock.json",)
ACCEPTS = ("npm", "ci", "--dry-run")
"""Fails where the lock files do not fit the manifest, and installs nothing."""
MARKS = frozenset({"dev", "devOptional", "optional", "peer"})
"""What npm writes of a package because of the others: a feature that needs the package takes the mark away."""
TOP = ("dependencies", "devDependencies", "optionalDependencies")

Package = dict[str, Any]
Packages = dict[str, Package]
Member = tuple[Condition, list[str]]
"""When a member of an object is there, and its lines without the comma."""


def write(runs: Runs) -> dict[str, str]:
    """Return the template of each lock file."""
    whole = json.loads(runs.everything.files[FILES[0]])
    found = runs.read(FILES[0], lambda text: json.loads(text)["packages"])
    members = []
    for path in whole["packages"]:
        condition = runs.condition(found, path)
        package = _package(runs, found, path, condition) if path else _service(runs, found)
        members.append((condition, _object(path, package)))
    head = [(ALWAYS, _lines(key, value)) for key, value in whole.items() if key != "packages"]
    lines = ["{", *_indented(_members([*head, (ALWAYS, _object("packages", members))])), "}"]
    return {FILES[0]: "\n".join(lines) + "\n"}


def _service(runs: Runs, found: dict[str, Packages]) -> list[Member]:
    """Return the service's own entry, with what its manifest names."""
    own = {run: packages[""] for run, packages in found.items()}
    members: list[Member] = []
    for key, value in own["everything"].items():
        if key not in TOP:
            members.append((ALWAYS, _lines(key, runs.one(own, key))))
            continue
        names = {run: entry.get(key, {}) for run, entry in own.items()}
        named = [(runs.condition(names, name), _lines(name, runs.one(names, name))) for name in value]
        members.append((any_of(condition for condition, _ in named), _object(key, named)))
    return members


def _package(runs: Runs, found: dict[str, Packages], path: str, outer: Condition) -> list[Member]:
    """Return the entry of a package. Only its marks depend on what else is there."""
    runs.one({run: {path: _unmarked(packages[path])} for run, packages in found.items() if path in packages}, path)
    entries = {run: packages[path] for run, packages in found.items() if path in packages}
    members: list[Member] = []
    for key, value in max(entries.values(), key=len).items():
        without = {run.name: {key} - entries.get(run.name, {key: None}).keys() for run in runs.all}
        members.append((ALWAYS.but(runs.needed(without, key)).within(outer), _lines(key, value)))
    return members


def _unmarked(package: Package) -> Package:
    return {key: value for key, value in package.items() if key not in MARKS}


def _object(key: str, members: Iterable[Member]) -> list[str]:
    return [f"{json.dumps(key)}: {{", *_indented(_members(list(members))), "}"]


def _members(members: list[Member]) -> list[str]:
    """Return the lines of an object's members. A comma is there where another member follows."""
    parts = []
    for place, (condition, lines) in enumerate(members):
        follows = any_of(later for later, _ in members[place + 1 :]).within(condition)
        parts.append((condition, [*lines[:-1], lines[-1] + inline(follows, ",")]))
    return blocks(parts)


def _indented(lines: list[str]) -> list[str]:
    return [line if line.startswith("{%") else f"  {line}" for line in lines]


def _lines(key: str, value: Any) -> list[str]:
    return [*f"{json.dumps(key)}: {json.dumps(value, indent=2, ensure_ascii=False)}".splitlines()]
