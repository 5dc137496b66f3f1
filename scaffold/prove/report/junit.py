"""Results as JUnit XML, which every CI shows.

The format: https://github.com/testmoapp/junitxml
"""

from __future__ import annotations

from xml.etree import ElementTree

from scaffold.prove.model import Proof, Verdict
from scaffold.text.printable import printable


def as_junit(proof: Proof) -> str:
    """Return a run as one test suite: a test case an experiment, its pattern as class, its measures as output."""
    suite = ElementTree.Element(
        "testsuite",
        name=_clean(f"scaffold prove {proof.service}"),
        tests=str(len(proof.results)),
        failures=str(proof.count(Verdict.FAIL)),
        skipped=str(proof.count(Verdict.SKIP)),
        time=f"{sum(each.seconds for each in proof.results):.3f}",
    )
    for each in proof.results:
        experiment = each.experiment
        case = ElementTree.SubElement(
            suite,
            "testcase",
            classname=f"{experiment.stage}.{experiment.pattern}",
            name=experiment.id,
            time=f"{each.seconds:.3f}",
        )
        if each.verdict != Verdict.PASS:
            kind = "failure" if each.verdict == Verdict.FAIL else "skipped"
            ElementTree.SubElement(case, kind, message=_clean(each.reason))
        lines = [f"{measure.name}: {measure.value} {measure.unit}".strip() for measure in each.record.measures]
        ElementTree.SubElement(case, "system-out").text = _clean("\n".join([*lines, *each.record.advice]))
    ElementTree.indent(suite)
    written: bytes = ElementTree.tostring(suite, encoding="utf-8", xml_declaration=True)
    return written.decode() + "\n"


def _clean(text: str) -> str:
    """Return text with escapes for what XML can't hold; a service's last words may have some."""
    return printable(text, lines=True, tabs=True)
