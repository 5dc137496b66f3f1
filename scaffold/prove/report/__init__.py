"""The results as files: data for `--json`, JUnit XML for CI, HTML with charts for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from scaffold.prove.model import Result, Verdict
from scaffold.prove.subject import Subject


def as_data(subject: Subject, results: Sequence[Result]) -> dict[str, Any]:
    """Return the results as plain data, for JSON."""
    return {
        "service": subject.name,
        "passed": sum(each.verdict == Verdict.PASS for each in results),
        "failed": sum(each.verdict == Verdict.FAIL for each in results),
        "skipped": sum(each.verdict == Verdict.SKIP for each in results),
        "experiments": [_one(each) for each in results],
    }


def _one(result: Result) -> dict[str, Any]:
    experiment, record = result.experiment, result.record
    return {
        "id": experiment.id,
        "pattern": experiment.pattern,
        "stage": str(experiment.stage),
        "question": experiment.question,
        "expected": experiment.expected,
        "verdict": str(result.verdict),
        "reason": result.reason,
        "seconds": round(result.seconds, 3),
        "measured": [asdict(each) for each in record.measures],
        "advice": record.advice,
        "charts": [asdict(each) for each in record.charts],
    }
