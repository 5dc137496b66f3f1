"""What the user of `scaffold check` may do next: the last lines of its result, in the order in which to do it."""

from __future__ import annotations

from collections import Counter

from scaffold.check.fix import fixable_count
from scaffold.check.report import CheckReport

MANY = 30
"""Findings above which a first run is offered a baseline and the smaller profile."""

Step = tuple[tuple[str, str], str]
"""A command with its style, and what it is for."""


def next_steps(report: CheckReport, command: str) -> list[Step]:
    """Return at most four lines; none where nothing is found."""
    if not report.findings:
        return []
    steps: list[tuple[str, str]] = []
    if count := fixable_count(report):
        steps.append((f"{command} --fix", f"fixes {count} of them, after you have seen the diff"))
    steps.append((f"scaffold check --explain {_first(report)}", "explains that rule and its fix"))
    found = report.by_severity()
    if found.total() > MANY:
        if found["error"] and found["warning"]:
            steps.append((f"{command} --profile essential", "leaves out the rules of warnings"))
        steps.append(
            (f"{command} --write-baseline FILE", "suppresses all of them; --baseline FILE then reports only new ones")
        )
    width = max(len(words) for words, _ in steps)
    return [
        ((f"{'Next: ' if not number else '      '}{words:<{width}}  ", "bold"), what)
        for number, (words, what) in enumerate(steps)
    ]


def _first(report: CheckReport) -> str:
    """Return the rule to look at first: an error before a warning, a fault before hygiene, then the most frequent."""
    often = Counter(each.rule.id for each in report.findings)
    first = min(
        report.findings,
        key=lambda each: (each.severity != "error", each.rule.kind == "hygiene", -often[each.rule.id], each.rule.id),
    )
    return first.rule.id
