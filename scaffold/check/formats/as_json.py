"""JSON: `findings`, `notes` on what can't be checked, and `suppressed`: what a comment, the baseline or git knows of.

`kind` of a finding is `contradiction`, `fault` or `hygiene`; `object` and `container` name what it is about. `totals`
counts them all, also those that are too many to be shown; a note then reports that. `judged` is how many objects,
Dockerfiles and configurations the rules looked at.

Rules are printed as a list: `id`, `pattern`, `severity`, `kind`, `profile`, `title`, `why`, what to `do`, `fixable`,
and the page's `url`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from scaffold.check.budget import shown
from scaffold.check.findings import Finding
from scaffold.check.report import CheckReport
from scaffold.check.rules.rule import AnyRule
from scaffold.text.printable import to_json


def render(report: CheckReport) -> str:
    """Return the report as JSON."""
    seen = shown(report)
    told = {
        "findings": [_finding(each) for each in seen.findings],
        "notes": [asdict(note) for note in seen.notes],
        "suppressed": [{**_finding(each.finding), "by": each.by, "reason": each.reason} for each in seen.suppressed],
        "totals": {
            "findings": report.by_severity().total(),
            "notes": len(report.notes),
            "suppressed": len(report.suppressed),
        },
        "files": report.files,
        "judged": report.judged,
    }
    return to_json(told) + "\n"


def rules(told: Iterable[AnyRule]) -> str:
    """Return rules as JSON."""
    return to_json([_rule(each) for each in told]) + "\n"


def _rule(rule: AnyRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "pattern": rule.pattern,
        "severity": rule.severity,
        "kind": rule.kind,
        "profile": rule.profile,
        "title": rule.title,
        "why": rule.why,
        "do": rule.advice,
        "fixable": rule.fixable,
        "url": rule.url,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule.id,
        "severity": finding.severity,
        "kind": finding.kind,
        **asdict(finding.place),
        "container": finding.container,
        "message": finding.message,
        "also": [asdict(place) for place in finding.also],
        "scopes": list(finding.scopes),
        "unnamed": finding.unnamed,
        "fingerprint": finding.fingerprint,
        "url": finding.rule.url,
    }
