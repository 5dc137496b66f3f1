"""SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), as code scanning takes it."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote

from scaffold import __version__
from scaffold.check.budget import shown
from scaffold.check.findings import Finding
from scaffold.check.report import CheckReport
from scaffold.check.rules.rule import AnyRule
from scaffold.documentation.address import public_address
from scaffold.syntax.source import Note, Place
from scaffold.text.printable import to_json

_LINK = re.compile(r"\[(?=[^][]*\]\()")
_ON_DISK = re.compile("[^\ud800-\udc7f\udd00-\udfff]*")
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def render(report: CheckReport) -> str:
    """Return the report as one SARIF run.

    What a comment or the baseline suppresses is left out: code scanning does not read `suppressions`, and would open an
    alert for each (https://github.com/github/codeql-action/issues/1230). JSON has them.
    """
    seen = shown(report)
    index = {id(rule): number for number, rule in enumerate(report.rules)}  # policies of two services may have one id
    run = {
        "tool": {
            "driver": {
                "name": "scaffold",
                "semanticVersion": __version__,
                **({"informationUri": docs} if (docs := public_address()) else {}),
                "rules": [_rule(rule) for rule in report.rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": [_notification(note) for note in seen.notes],
            }
        ],
        "results": [_result(each, index[id(each.rule)]) for each in seen.findings],
    }
    return to_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}) + "\n"


def _rule(rule: AnyRule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "name": type(rule).__name__,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {
            "text": f"{rule.advice} Examples: {rule.more}",
            "markdown": f"{rule.why}\n\n**Fix.** {rule.advice}\n\nExamples: {rule.more}",
        },
        **({"helpUri": rule.url} if rule.url else {}),
        "defaultConfiguration": {"level": rule.severity},
        "properties": {
            "tags": ["kubernetes", rule.pattern],
            "precision": "high",
            "problem.severity": rule.severity,
            "kind": rule.kind,
            "profile": rule.profile,
        },
    }


def _result(finding: Finding, index: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.rule.id,
        "ruleIndex": index,
        "level": finding.severity,
        "message": {"text": _plain(_sentence(finding))},
        "locations": [_location(finding.place)],
        "partialFingerprints": {"scaffoldFinding/v1": finding.fingerprint},
        "properties": {"kind": finding.kind, "container": finding.container},
    }
    if finding.also:
        related = [{"id": number, **_location(place)} for number, place in enumerate(finding.also, 1)]
        result["relatedLocations"] = [{**each, "message": {"text": "conflicts with this value"}} for each in related]
    return result


def _sentence(finding: Finding) -> str:
    scopes = f" (in {', '.join(finding.scopes)})" if finding.scopes else ""
    return f"{finding.message}{scopes}. {finding.rule.advice}"


def _location(place: Place) -> dict[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": _uri(place.path)},
            "region": {
                "startLine": place.line,
                "startColumn": place.column,
                "endLine": place.end_line,
                "endColumn": max(place.end_column, place.column + (place.end_line == place.line)),
            },
        }
    }
    if place.object:
        name = f"{place.object}/{place.field}" if place.field else place.object
        location["logicalLocations"] = [{"fullyQualifiedName": name, "kind": "object"}]
    return location


def _plain(text: str) -> str:
    """Return a message in which no name becomes a link (section 3.11.6)."""
    return _LINK.sub(r"\\[", text)


def _uri(path: str) -> str:
    """Return a path as RFC 3986 has it, byte for byte as it is on disk."""
    return quote(path.encode("utf-8", "surrogateescape" if _ON_DISK.fullmatch(path) else "replace"))


def _notification(note: Note) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(note.path)}}
    if note.line:
        physical["region"] = {"startLine": note.line}
    message = {"text": _plain(f"{note.path} {note.message}.")}
    return {"level": "warning", "message": message, "locations": [{"physicalLocation": physical}]}
