"""How much of what was found is shown, so that a small repository can't give a report of any size.

Findings count up to a number for each rule in a file, and in all up to one that grows with the files that they are in.
All of them count for the exit code, the summary and the baseline.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from scaffold.check.findings import Finding
from scaffold.check.report import CheckReport, Suppressed
from scaffold.syntax.source import Note, Place

IN_FILE = 1000
"""Findings of one rule in one file that are shown."""

IN_ALL = 1000
"""Findings that are shown of any repository, however small; likewise notes, and findings that do not count."""

BYTES_EACH = 100
"""Bytes of the files that findings are in, for each further finding: five lines, or three of its own in a report."""

_TOLD = 50
_USUAL = 500
_TITLE = "not shown"
_Item = TypeVar("_Item")


@dataclass(frozen=True)
class Shown:
    """What a report shows: findings, notes (also on what is left out), and findings that do not count."""

    findings: Sequence[Finding]
    notes: Sequence[Note]
    suppressed: Sequence[Suppressed]


def shown(report: CheckReport) -> Shown:
    """Return as much of a report as is shown: all of it, but for what nobody could read."""
    everything = len(report.findings) + len(report.notes) + len(report.suppressed)
    if everything <= IN_ALL // 2 and not report.uncounted and not _is_wordy(report):
        return Shown(report.findings, report.notes, report.suppressed)
    most = IN_ALL + _bytes(report) // BYTES_EACH
    per_file, more = _in_each_file(report.findings)
    findings = _within(per_file, most, _cost)
    more += Counter((each.rule.id, each.place.path) for each in per_file[len(findings) :])
    suppressed = _within(report.suppressed, most, lambda each: _cost(each.finding) + len(each.reason) / _USUAL)
    notes = _within(report.notes, most, lambda each: 1 + (len(each.path) + len(each.message)) / _USUAL)
    return Shown(findings, [*notes, *_left_out(report, more, len(report.notes) - len(notes))], suppressed)


def _is_wordy(report: CheckReport) -> bool:
    """Return whether names are so long that few findings make a long report."""
    return sum(_cost(each) for each in report.findings) > IN_ALL


def _bytes(report: CheckReport) -> int:
    """Return how large the files are that findings are in."""
    total = 0
    for path in {each.place.path for each in report.findings}:
        if source := report.sources.get(path):
            total += len(source.data)
            continue
        try:
            total += os.stat(path).st_size  # noqa: PTH116 -- a Path for each would cost more
        except OSError:
            continue
    return total


def _in_each_file(findings: Iterable[Finding]) -> tuple[list[Finding], Counter[tuple[str, str]]]:
    """Return the first findings of each rule in each file, and how many more there are."""
    seen: Counter[tuple[str, str]] = Counter()
    kept = []
    for each in findings:
        key = (each.rule.id, each.place.path)
        seen[key] += 1
        if seen[key] <= IN_FILE:
            kept.append(each)
    return kept, Counter({key: count - IN_FILE for key, count in seen.items() if count > IN_FILE})


def _within(items: Sequence[_Item], most: float, cost: Callable[[_Item], float]) -> Sequence[_Item]:
    """Return the first items, as many as together cost no more than `most`."""
    spent = 0.0
    for index, item in enumerate(items):
        spent += cost(item)
        if spent > most:
            return items[:index]
    return items


def _cost(finding: Finding) -> float:
    """Return what a finding takes of a report; one with names of usual length takes 1."""
    places = (finding.place, *finding.also)
    words = len(finding.message) + sum(map(len, finding.scopes)) + sum(map(_words, places))
    return 1 + max(0, words - 200) / _USUAL


def _words(place: Place) -> int:
    return 100 + len(place.path) + len(place.object) + len(place.field)


def _left_out(report: CheckReport, more: Counter[tuple[str, str]], notes: int) -> list[Note]:
    """Return notes on what is not shown, the most of it first."""
    told = [
        Note(path, f"has {_count(count, 'more finding')} of {rule}", 0, _TITLE)
        for (rule, path), count in more.most_common(_TOLD)
    ]
    rest = more.total() - sum(count for _, count in more.most_common(_TOLD)) + sum(report.uncounted.values())
    if rest:
        told.append(Note(".", f"has {_count(rest, 'more finding')} in other places", 0, _TITLE))
    if notes:
        told.append(Note(".", f"has {_count(notes, 'more note')}", 0, _TITLE))
    return told


def _count(count: int, what: str) -> str:
    return f"{count} {what}{'s' if count > 1 else ''}"
