"""Lets the rules look at a repository."""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from scaffold.check.baseline import split_known
from scaffold.check.built.built import OnStep
from scaffold.check.collected import LONGEST, Collected, shortened
from scaffold.check.findings import Finding
from scaffold.check.ignores import split_ignored, unused
from scaffold.check.model.checked import Checked
from scaffold.check.model.objects import KubernetesObject
from scaffold.check.model.scope import Scope
from scaffold.check.model.workloads import Container, Workload
from scaffold.check.read import read_repository
from scaffold.check.report import CheckReport, Suppressed
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
    earlier: Counter[str] | None = None,
    others: Sequence[AnyRule] = (),
    network: bool = False,
    on_step: OnStep | None = None,
    today: tuple[str, str] | None = None,
) -> CheckReport:
    """Return what the rules find at or below `paths`, and in the manifests that come by `stdin`.

    `exclude` are patterns of paths to skip; `declared` are times of services that the template did not make; `known`
    are the fingerprints of a baseline, `earlier` those of another revision, and how often each stands there; `others`
    are rules that comments may name, too. With `network`, kustomize and helm may ask the addresses that the files name.
    `on_step` gets how many builds are done. `today` is the folder of an earlier revision's files, and where they stand
    today: the policies of a folder are about them, too.

    Raises:
        OptionError: when a path is not there.
    """

    def reading() -> Checked[Scope]:
        repository = read_repository(paths, exclude, stdin, network=network, on_step=on_step)
        repository.settings, repository.today = declared, today
        return repository

    collects = gc.isenabled()
    gc.disable()  # nothing that a run makes is a circle, and looking for some would cost a third
    try:
        return _report(reading, rules, others, known or Counter(), earlier or Counter())
    finally:
        if collects:
            gc.enable()


def _report(
    reading: Callable[[], Checked[Scope]],
    rules: Sequence[AnyRule],
    others: Sequence[AnyRule],
    known: Counter[str],
    earlier: Counter[str],
) -> CheckReport:
    repository = reading()  # freed before gc looks again: its last user is this function
    found = collect(repository, rules)
    split = split_ignored(found.findings(), repository.source)
    suppressed = [Suppressed(finding, "comment", reason) for finding, reason in split.ignored]
    findings, old = split_known(split.kept, known | earlier)  # what both have is one finding
    suppressed += [Suppressed(each, "baseline" if known[each.fingerprint] else "revision") for each in old]
    ran = rules if repository.has_all else ()  # what a comment suppresses may need the files that were not read
    notes = [
        *map(_readable, repository.notes),
        *unused(repository.commented, split.used, ran, (*rules, *others)),
    ]
    return CheckReport(
        findings,
        notes,
        suppressed,
        rules,
        repository.files,
        repository.sources,
        repository.ground,
        found.uncounted,
        _judged(repository),
    )


def _judged(repository: Checked[Scope]) -> int:
    """Return how many objects, Dockerfiles and configurations of proxies there are for rules to look at."""
    deployed = sum(len(each.objects) + len(each.configurations) for each in repository.scopes)
    return len(repository.dockerfiles) + len(repository.configurations) + deployed


def _readable(note: Note) -> Note:
    """Return a note of a length that people read: it may quote a program's output."""
    return note if len(note.message) <= LONGEST else replace(note, message=shortened(note.message))


def run(repository: Checked[Scope], rules: Iterable[AnyRule]) -> list[Finding]:
    """Return all findings, ordered by place; what shows in several overlays is reported once."""
    return collect(repository, rules).findings()


def collect(repository: Checked[Scope], rules: Iterable[AnyRule]) -> Collected:
    """Return all findings as they were gathered."""
    dispatch = _Dispatch(rules)
    found = Collected(repository.ground)
    for scope in repository.scopes:
        names = (scope.name,) if scope.name else ()
        subjects = [scope, *_with_containers(scope.objects), *scope.configurations]
        for rule, problem in dispatch.problems(subjects, scope):
            found.add(rule, problem, names)
    nothing = Scope(repository, "", ())
    for rule, problem in dispatch.problems([*repository.dockerfiles, *repository.configurations], nothing):
        found.add(rule, problem, ())
    return found


def _with_containers(objects: Iterable[KubernetesObject]) -> Iterator[KubernetesObject | Container]:
    """Yield each object and its containers behind it: the processor's cache still has what they share."""
    for each in objects:
        yield each
        if isinstance(each, Workload):
            yield from each.all_containers


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
