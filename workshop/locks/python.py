"""requirements.txt, as uv writes it: a package has hashes, and comments that name who needs it."""

from __future__ import annotations

from dataclasses import dataclass

from workshop.locks.conditions import Condition, LockError, blocks
from workshop.locks.runs import Runs

FILES = ("requirements.txt", "requirements-dev.txt")
UV = ("uv", "pip", "install", "--quiet", "--require-hashes", "--dry-run", "--target", "none")
ACCEPTS = (*UV, "--requirement", "requirements-dev.txt")
"""Fails where the lock files do not fit the manifest, and installs nothing."""
IMPORT = '{% from "templates/service/skeleton/{{ python }}/{{ parts }}/via" import via %}'
VIA = "    # via"


@dataclass(frozen=True)
class Package:
    """A package: the line with its version, its hashes, and who needs it."""

    version: str
    hashes: tuple[str, ...]
    via: tuple[str, ...]


def write(runs: Runs) -> dict[str, str]:
    """Return the template of each lock file."""
    return {file: _file(runs, file) for file in FILES}


def _file(runs: Runs, file: str) -> str:
    found = Found(runs, file)
    header = [line for line in runs.everything.files[file].splitlines() if line.startswith("#")]
    lines = [*header, *blocks(found.package(name) for name in found.packages["everything"])]
    macro = [IMPORT] if any("{{ via(" in line for line in lines) else []
    return "\n".join([*macro, *lines]) + "\n"


class Found:
    """What the lock file of each service has."""

    def __init__(self, runs: Runs, file: str) -> None:
        self.runs = runs
        self.packages = runs.read(file, _read)
        each = self.packages.items()
        self._hashes = {run: {name: one.hashes for name, one in found.items()} for run, found in each}
        self._versions = {run: {one.version for one in found.values()} for run, found in each}
        self._via = {run: {(name, word) for name, one in found.items() for word in one.via} for run, found in each}

    def package(self, name: str) -> tuple[Condition, list[str]]:
        """Return when a package is there, and its lines."""
        condition = self.runs.condition(self.packages, name)
        via = [
            (word, self.runs.condition(self._via, (name, word)).within(condition))
            for word in self.packages["everything"][name].via
        ]
        return condition, [*self._version(name, condition), *self.runs.one(self._hashes, name), *_via(via)]

    def _version(self, name: str, condition: Condition) -> list[str]:
        """Return the line with the version. Its marker may be narrower where fewer features need the package."""
        wide = self.packages["everything"][name].version
        others = {found[name].version for found in self.packages.values() if name in found} - {wide}
        if not others:
            return [wide]
        if len({line.partition(" ;")[0].removesuffix(" \\") for line in (*others, wide)}) > 1 or len(others) > 1:
            raise LockError(f"{name} has more than one version, or more than two markers: {', '.join((*others, wide))}")
        needed = self.runs.condition(self._versions, wide).within(condition)
        return [f"{{% if {needed} %}}", wide, "{% else %}", *others, "{% endif %}"]


def _read(text: str) -> dict[str, Package]:
    """Return the packages of a file by their names."""
    found: dict[str, Package] = {}
    for entry in _entries(text):
        hashes = tuple(line for line in entry[1:] if line.startswith("    --hash="))
        comments = [line.strip().removeprefix("#").strip() for line in entry[len(hashes) + 1 :]]
        via = tuple(word for line in comments if (word := line.removeprefix("via").strip()))
        found[entry[0].partition("==")[0]] = Package(entry[0], hashes, via)
    return found


def _entries(text: str) -> list[list[str]]:
    entries: list[list[str]] = []
    for line in text.splitlines():
        if line.startswith(" "):
            entries[-1].append(line)
        elif not line.startswith("#"):
            entries.append([line])
    return entries


def _via(via: list[tuple[str, Condition]]) -> list[str]:
    """Return the comment: one name is in the line of `via`, several have a line each."""
    always = [word for word, condition in via if condition.always]
    if len(via) == 1:
        return [f"{VIA} {via[0][0]}"]
    if len(always) > 1:
        return [VIA, *blocks((condition, [f"    #   {word}"]) for word, condition in via)]
    return ["{{ via([", *(f'    {_asked(condition)}"{word}",' for word, condition in via), "]) -}}"]


def _asked(condition: Condition) -> str:
    """Return what stands before a word of a list: the word is left out where the condition does not hold."""
    if condition.always:
        return ""
    return f"({condition}) and " if " " in str(condition) else f"{condition} and "
