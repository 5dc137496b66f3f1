"""Lets the rules look at a repository."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from scaffold.check.baseline import split_known
from scaffold.check.collected import LONGEST, Collected, shortened
from scaffold.check.findings import Finding
from scaffold.check.ignores import in_vain, split_ignored
from scaffold.check.model.scope import Repository, Scope
from scaffold.check.read import read_repository
from scaffold.check.report import Report, Suppressed
from scaffold.check.rules.rule import AnyRule, Problem, Problems
from scaffold.syntax.source import Note
from scaffold.syntax.yaml_nodes import Value

Check = Callable[..., Problems]


def check(
    paths: Iterable[Path],
    rules: Sequence[AnyRule],
    *,
    exclude: Sequence[str] = (),
    declared: Value | None = None,
    stdin: bytes | None = None,
    known: Counter[str] | None = None,
    network: bool = False,
) -> Report:
    """Return what the rules find at or below `paths`, and in the manifests that come by `stdin`.

    `exclude` are patterns of paths to pass by; `declared` are times of services that the template did not make; `known`
    are the fingerprints of a baseline, and how often each stands there. With `network`, kustomize and helm may ask the
    addresses that the files name.

    Raises:
        OptionError: when a path is not there.
    """
    collects = gc.isenabled()
    gc.disable()  # nothing that a run makes becomes garbage before its end, and looking for it costs a third
    try:
        repository = read_repository(paths, exclude, stdin, network=network)
        repository.settings = declared
        return _report(repository, rules, known or Counter())
    finally:
        if collects:
            gc.enable()


def _report(repository: Repository, rules: Sequence[AnyRule], known: Counter[str]) -> Report:
    found = collect(repository, rules)
    split = split_ignored(found.findings(), repository.source)
    findings, old = split_known(split.kept, known)
    suppressed = [Suppressed(finding, True, reason) for finding, reason in split.ignored]
    suppressed += [Suppressed(finding, False) for finding in old]
    notes = [*map(_readable, repository.notes), *in_vain(repository.commented, split.used, rules)]
    return Report(
        findings, notes, suppressed, rules, repository.files, repository.sources, repository.ground, found.uncounted
    )


def _readable(note: Note) -> Note:
    """Return a note of a length that people read: it may tell what a program said."""
    return note if len(note.message) <= LONGEST else replace(note, message=shortened(note.message))


def run(repository: Repository, rules: Iterable[AnyRule]) -> list[Finding]:
    """Return all findings, ordered by place; what shows in several overlays is told once."""
    return collect(repository, rules).findings()


def collect(repository: Repository, rules: Iterable[AnyRule]) -> Collected:
    """Return all findings as they were gathered."""
    dispatch = _Dispatch(rules)
    found = Collected()
    for scope in repository.scopes:
        names = (scope.name,) if scope.name else ()
        subjects = [scope, *scope.objects, *scope.containers, *scope.configurations]
        for rule, problem in dispatch.problems(subjects, scope):
            found.add(rule, problem, names)
    nothing = Scope(repository, "", ())
    for rule, problem in dispatch.problems([*repository.dockerfiles, *repository.configurations], nothing):
        found.add(rule, problem, ())
    return found


class _Dispatch:
    def __init__(self, rules: Iterable[AnyRule]) -> None:
        self.rules = [(rule, rule.check) for rule in rules]
        self.by_type: dict[type, list[tuple[AnyRule, Check]]] = {}

    def problems(self, subjects: Iterable[object], scope: Scope) -> Iterable[tuple[AnyRule, Problem]]:
        by_type = self.by_type
        for subject in subjects:
            kind = subject.__class__
            checks = by_type.get(kind)
            if checks is None:
                checks = by_type[kind] = [each for each in self.rules if issubclass(kind, each[0].looks_at)]
            for rule, check in checks:
                for problem in check(subject, scope):
                    yield rule, problem
