"""JSON: `findings`, `notes` on what can't be judged, and `suppressed`, which comments or the baseline let stand.

Rules are told as a list: `id`, `pattern`, `severity`, `title`, `why`, what to `do`, `fixable`, and the page's `url`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from scaffold.check.findings import Finding
from scaffold.check.report import Report
from scaffold.check.rules.rule import AnyRule


def render(report: Report) -> str:
    """Return the report as JSON."""
    told = {
        "findings": [_finding(each) for each in report.findings],
        "notes": [asdict(note) for note in report.notes],
        "suppressed": [
            {**_finding(each.finding), "by": "comment" if each.in_source else "baseline", "reason": each.reason}
            for each in report.suppressed
        ],
        "files": report.files,
    }
    return json.dumps(told, indent=2, ensure_ascii=False) + "\n"


def rules(told: Iterable[AnyRule]) -> str:
    """Return rules as JSON."""
    return json.dumps([_rule(each) for each in told], indent=2, ensure_ascii=False) + "\n"


def _rule(rule: AnyRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "pattern": rule.pattern,
        "severity": rule.severity,
        "title": rule.title,
        "why": rule.why,
        "do": rule.advice,
        "fixable": rule.fixable,
        "url": rule.url,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule.id,
        "severity": finding.rule.severity,
        **asdict(finding.place),
        "message": finding.message,
        "also": [asdict(place) for place in finding.also],
        "scopes": list(finding.scopes),
        "fingerprint": finding.fingerprint,
        "url": finding.rule.url,
    }
