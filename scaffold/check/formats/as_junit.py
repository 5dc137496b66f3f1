"""JUnit's XML, as GitLab, Jenkins and others show it: each finding is a failed test, each silent rule a passed one."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from scaffold.check.budget import shown
from scaffold.check.findings import Finding
from scaffold.check.report import CheckReport
from scaffold.text.printable import printable


def render(report: CheckReport) -> str:
    """Return one test suite; what can't be checked, or is too much to be shown, counts as skipped."""
    seen = shown(report)
    broken = {each.rule.id for each in report.findings}
    silent = [rule for rule in report.rules if rule.id not in broken]
    counts = {
        "name": "scaffold check",
        "tests": str(len(seen.findings) + len(silent) + len(seen.notes)),
        "failures": str(len(seen.findings)),
        "errors": "0",
        "skipped": str(len(seen.notes)),
    }
    suites = ET.Element("testsuites")
    suite = ET.SubElement(suites, "testsuite", counts)
    for finding in seen.findings:
        _add_failure(suite, finding)
    for rule in silent:
        ET.SubElement(suite, "testcase", {"classname": rule.pattern, "name": rule.id})
    for note in seen.notes:
        case = ET.SubElement(suite, "testcase", {"classname": _clean(note.path), "name": note.title})
        ET.SubElement(case, "skipped", {"message": _clean(f"{note.path} {note.message}")})
    ET.indent(suites)
    return ET.tostring(suites, encoding="unicode", xml_declaration=False) + "\n"


def _add_failure(suite: ET.Element, finding: Finding) -> None:
    place = finding.place
    where = f"{place.path}:{place.line}:{place.column}"
    names = {"classname": place.path, "name": f"{finding.rule.id} {where}", "file": place.path, "line": str(place.line)}
    case = ET.SubElement(suite, "testcase", {key: _clean(value) for key, value in names.items()})
    attributes = {"message": _clean(finding.message), "type": finding.severity}
    lines = filter(None, (f"{where}: {finding.message}", finding.rule.advice, finding.rule.url))
    text = "".join(f"{line}\n" for line in lines)
    ET.SubElement(case, "failure", attributes).text = _clean(text)


def _clean(text: str) -> str:
    """Return the text with escapes for what XML can't hold: all such characters are unprintable, too."""
    return printable(text, lines=True)
