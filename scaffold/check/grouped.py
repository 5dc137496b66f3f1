"""How findings are grouped for people: by what they are about, and counted by rule and pattern."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scaffold.check.findings import Finding
from scaffold.check.report import CheckReport
from scaffold.check.rules.rule import AnyRule


@dataclass(frozen=True)
class Block:
    """What is found of one container or object, or of one file that holds no objects; `title` names it."""

    title: str
    findings: Sequence[Finding]


@dataclass(frozen=True)
class Sections:
    """The findings of a report: first those between files, then the other ones, then what is only good practice."""

    between_files: Sequence[Finding]
    others: Sequence[Finding]
    hygiene: Sequence[Finding]


def sections(findings: Iterable[Finding]) -> Sections:
    """Return the findings by section; each stands in one."""
    between: list[Finding] = []
    others: list[Finding] = []
    hygiene: list[Finding] = []
    for each in findings:
        if each.kind == "hygiene":
            hygiene.append(each)
        else:
            (between if each.is_between_files else others).append(each)
    return Sections(between, others, hygiene)


def blocks(findings: Iterable[Finding]) -> list[Block]:
    """Return the findings by file, then by object and container, each group where its first finding stands."""
    found: dict[tuple[str, str, str], list[Finding]] = {}
    for each in findings:
        found.setdefault((each.place.path, each.place.object, each.container), []).append(each)
    return [Block(_title(*key), its) for key, its in found.items()]


def _title(path: str, named: str, container: str) -> str:
    if not named:
        return path
    return f"{named} (container {container})" if container else named


def counts(report: CheckReport) -> list[tuple[str, list[tuple[AnyRule, Counter[str]]]]]:
    """Return for each pattern that is broken its rules and how often each is, by severity, in the patterns' order."""
    by_rule: dict[str, Counter[str]] = {}
    for each in report.findings:
        by_rule.setdefault(each.rule.id, Counter())[each.severity] += 1
    rules = {each.rule.id: each.rule for each in report.findings}
    order = [rule.id for rule in report.rules]
    found: dict[str, list[tuple[AnyRule, Counter[str]]]] = {}
    for name in sorted(by_rule, key=lambda each: (order.index(each) if each in order else len(order), each)):
        found.setdefault(rules[name].pattern, []).append((rules[name], by_rule[name]))
    return sorted(found.items())


def unjudged(report: CheckReport) -> int:
    """Return how many files and folders could not be checked."""
    return len({note.path for note in report.notes if note.title == "not checked"})


def passed_by(report: CheckReport) -> list[tuple[str, int]]:
    """Return how the names of the files end that were looked at, and how many each, the most frequent first."""
    names = report.ground.names if report.ground else ()
    ends = Counter(_end(name.rpartition("/")[2]) for name in names)
    return sorted(ends.items(), key=lambda each: (-each[1], each[0]))


def _end(name: str) -> str:
    stem, dot, end = name.rpartition(".")
    return f"*.{end}" if stem and dot else name
