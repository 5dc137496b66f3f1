"""Lock services: one with all features, one with none, and one with each."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Container, Hashable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from scaffold.engine.answers import Answers
from scaffold.files.folder import write_files
from scaffold.files.yaml import load
from workshop import command, goldens
from workshop.locks.conditions import ALWAYS, NEVER, Condition, LockError

SECONDS = 1800
K = TypeVar("K", bound=Hashable)
T = TypeVar("T")
V = TypeVar("V")


@dataclass(frozen=True)
class Run:
    """A locked service: what it is called in messages, which features it has, and its lock files by name."""

    name: str
    features: frozenset[str]
    files: Mapping[str, str]


@dataclass(frozen=True)
class Runs:
    """The locked services of a language."""

    everything: Run
    none: Run
    each: tuple[Run, ...]

    @property
    def all(self) -> tuple[Run, ...]:
        """Every service."""
        return (self.none, *self.each, self.everything)

    def read(self, file: str, read: Callable[[str], T]) -> dict[str, T]:
        """Return what is read from a lock file of each service, by the names of the services."""
        return {run.name: read(run.files[file]) for run in self.all}

    def condition(self, found: Mapping[str, Container[K]], key: K) -> Condition:
        """Return with which features `key` is in what was found for a service; it is there with all features.

        Raises:
            LockError: when no feature alone brings it.
        """
        condition = self.needed(found, key)
        if condition.never:
            raise LockError(f"{key} is there only where several features meet")
        return condition

    def needed(self, found: Mapping[str, Container[K]], key: K) -> Condition:
        """Return with which features `key` is in what was found for a service, or never."""
        if key in found[self.none.name]:
            return ALWAYS
        has = [run for run in self.each if key in found[run.name]]
        # A feature that brings another one with it has no condition of its own for what the other one needs.
        least = {run.name for run in has if not any(other.features < run.features for other in has)}
        return Condition(frozenset(least)) if least else NEVER

    def one(self, found: Mapping[str, Mapping[K, V]], key: K) -> V:
        """Return what is the same in every service that has it.

        Raises:
            LockError: when it is not, or is not there where all features meet.
        """
        value = found[self.everything.name].get(key)
        if value is None:
            raise LockError(f"{key} is not there where all features meet")
        for name, values in found.items():
            if values.get(key, value) != value:
                raise LockError(f"{key} differs: it is {values[key]} with {name}, and {value} with everything")
        return value


def features() -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """Return each feature with its answers, and the answers of a service without any."""
    found = load(Path(__file__).with_name("features.yml").read_text())
    return found["features"], found["without"]


def answers_for(language: str, names: Iterable[str]) -> Answers:
    """Return the answers of a service with some features. Records of one list are put together.

    Raises:
        LockError: when two features need different answers.
    """
    known, without = features()
    given: dict[str, Any] = {}
    for name in names:
        for question, answer in known[name].items():
            if isinstance(answer, list):
                answer = [*given.get(question, []), *(one for one in answer if one not in given.get(question, []))]
            elif given.get(question, answer) != answer:
                raise LockError(f"{name} needs {question}: {answer}, but another feature {given[question]}")
            given[question] = answer
    return goldens.engine()[1].resolve({"name": "service", "language": language} | without | given)


def on(answers: Answers) -> frozenset[str]:
    """Return the features that a service has."""
    return frozenset(name for name in features()[0] if answers.context[name])


def lock(language: str, files: tuple[str, ...], folder: Path, upgrade: bool) -> Runs:
    """Lock the services of a language below `folder`.

    Raises:
        LockError: when a feature's answers do not turn it on, or the language's tool fails.
    """
    known = features()[0]
    everything = _lock(language, "everything", list(known), files, folder, {}, "upgrade" if upgrade else "lock")
    none = _lock(language, "none", [], files, folder, everything.files, "lock")
    each = tuple(_lock(language, name, [name], files, folder, everything.files, "lock") for name in known)
    for run in each:
        if run.name not in run.features:
            raise LockError(f"{run.name} is not on with its answers of features.yml")
    if none.features:
        raise LockError(f"{', '.join(sorted(none.features))} must be off with `without` of features.yml")
    return Runs(everything, none, each)


def _lock(
    language: str, name: str, names: list[str], files: tuple[str, ...], top: Path, locked: Mapping[str, str], verb: str
) -> Run:
    """Lock one service as its own Makefile does, without installing anything; start with what is locked already."""
    uv = shutil.which("uv")
    if uv is None:
        raise LockError("uv is not installed")
    answers = answers_for(language, names)
    folder = top / f"{language}-{name}"
    folder.mkdir()
    write_files(folder, goldens.rendered(answers))
    for file, text in locked.items():
        (folder / file).write_text(text)
    installs_nothing = "make -o setup"
    words = [*installs_nothing.split(), f"MAKE={installs_nothing}", f"BIN={Path(uv).parent}", verb]
    done = command.run(words, cwd=folder, seconds=SECONDS)
    if done.returncode != 0:
        raise LockError(f"make {verb} fails for {language} with {name}:\n{done.stdout[-4000:]}")
    return Run(name, on(answers), {file: (folder / file).read_text() for file in files})
