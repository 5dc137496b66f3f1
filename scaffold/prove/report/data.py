"""Results as plain data, for `--json`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from scaffold.prove.model import Proof, Result, Verdict


def as_data(proof: Proof) -> dict[str, Any]:
    """Return a run as plain data; seconds are seconds, charts are lists of points."""
    return {
        "service": proof.service,
        "image": proof.image,
        "platform": proof.platform,
        "when": proof.when.isoformat(timespec="seconds"),
        "passed": proof.count(Verdict.PASS),
        "failed": proof.count(Verdict.FAIL),
        "skipped": proof.count(Verdict.SKIP),
        "phases": [{"name": name, "seconds": round(seconds, 3)} for name, seconds in proof.phases],
        "experiments": [_one(each) for each in proof.results],
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
        "began": round(result.began, 3),
        "seconds": round(result.seconds, 3),
        "measured": [asdict(each) for each in record.measures],
        "advice": record.advice,
        "charts": [asdict(each) for each in record.charts],
    }
