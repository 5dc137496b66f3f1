"""Workflow commands of GitHub Actions: each finding becomes an annotation of its line.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from scaffold.check.budget import shown
from scaffold.check.findings import Finding
from scaffold.check.report import CheckReport
from scaffold.text.printable import printable


def render(report: CheckReport) -> str:
    """Return a line for each finding, and a notice for what can't be checked, and for each unused ignore comment."""
    seen = shown(report)
    lines = [_annotation(each) for each in seen.findings]
    for note in seen.notes:
        place = f"file={_property(note.path)},line={note.line or 1}"
        lines.append(f"::notice {place},title={_property(note.title)}::{_data(f'{note.path} {note.message}')}\n")
    return "".join(lines)


def _annotation(finding: Finding) -> str:
    place, rule = finding.place, finding.rule
    lines = f"line={place.line},endLine={place.end_line},col={place.column},endColumn={place.end_column}"
    message = _data(" ".join(filter(None, (f"{finding.message}.", rule.advice, f"Examples: {rule.more}"))))
    return f"::{finding.severity} file={_property(place.path)},{lines},title={_property(rule.id)}::{message}\n"


def _data(text: str) -> str:
    lines = text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
    return printable(lines)


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
