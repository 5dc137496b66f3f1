"""Cargo.lock: a crate that is there in several versions is named with its version by those that need it."""

from __future__ import annotations

from dataclasses import dataclass

from workshop.locks.conditions import Condition, any_of, blocks, inline
from workshop.locks.runs import Runs

FILES = ("Cargo.lock",)
ACCEPTS = ("cargo", "metadata", "--locked", "--format-version", "1")
"""Fails where the lock files do not fit the manifest, and installs nothing."""
ENTRY = "[[package]]"

Crate = tuple[str, str]
"""The name and the version of a crate."""


@dataclass(frozen=True)
class Entry:
    """A crate's lines before its dependencies, and these."""

    lines: tuple[str, ...]
    needs: tuple[Crate, ...]


def write(runs: Runs) -> dict[str, str]:
    """Return the template of each lock file."""
    read = runs.read(FILES[0], _read)
    edges = {
        name: {(crate, needed) for crate, entry in found.items() for needed in entry.needs}
        for name, found in read.items()
    }
    lines = {name: {crate: entry.lines for crate, entry in found.items()} for name, found in read.items()}
    there = {crate: runs.condition(read, crate) for crate in read["everything"]}
    parts = []
    for crate, entry in read["everything"].items():
        needs = [(needed, runs.condition(edges, (crate, needed))) for needed in entry.needs]
        parts.append((there[crate], ["", *runs.one(lines, crate), *_needed(needs, there, there[crate])]))
    header = runs.everything.files[FILES[0]].partition(f"\n{ENTRY}")[0]
    return {FILES[0]: header + "\n".join(blocks(parts)) + "\n"}


def _read(text: str) -> dict[Crate, Entry]:
    entries = [entry.rstrip("\n").splitlines() for entry in text.split(f"{ENTRY}\n")[1:]]
    names: dict[str, list[str]] = {}
    for entry in entries:
        names.setdefault(_value(entry[0]), []).append(_value(entry[1]))
    found = {}
    for entry in entries:
        listed = [line.strip(' ",') for line in entry if line.startswith(" ")]
        needs = tuple(
            (name, version or names[name][0]) for name, _, version in (word.partition(" ") for word in listed)
        )
        lines = [line for line in entry if not line.startswith((" ", "]", "dependencies"))]
        found[_value(entry[0]), _value(entry[1])] = Entry((ENTRY, *lines), needs)
    return found


def _value(line: str) -> str:
    return line.partition(" = ")[2].strip('"')


def _needed(needs: list[tuple[Crate, Condition]], there: dict[Crate, Condition], outer: Condition) -> list[str]:
    """Return the lines of a crate's dependencies."""
    if not needs:
        return []
    some = any_of(condition for _, condition in needs).within(outer)
    lines = blocks(
        (condition.within(outer).within(some), [_named(crate, there, condition)]) for crate, condition in needs
    )
    return blocks([(some, ["dependencies = [", *lines, "]"])])


def _named(crate: Crate, there: dict[Crate, Condition], outer: Condition) -> str:
    """Return the line of a dependency. It has the version where another one is there, too."""
    name, version = crate
    others = any_of(condition for other, condition in there.items() if other[0] == name and other != crate)
    return f' "{name}{inline(others.within(outer), f" {version}")}",'
