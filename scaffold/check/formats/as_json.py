"""JSON, one object: `findings` and `notes`, with every field of both."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from scaffold.check.findings import Finding
from scaffold.check.report import Report


def render(report: Report) -> str:
    """Return the report as JSON."""
    told = {"findings": [_finding(each) for each in report.findings], "notes": [asdict(note) for note in report.notes]}
    return json.dumps(told, indent=2, ensure_ascii=False)


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
