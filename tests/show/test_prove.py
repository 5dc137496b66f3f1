"""The table of `prove`: what it measured once is shown today as the recorded run shows it, which docs/pictures has."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scaffold.prove.model import Measurement, Proof, Record, Result, Verdict
from scaffold.prove.select import experiments
from scaffold.show import prove
from workshop import stage
from workshop.pictures import RECORDED

LOST = "34 of 148 requests were lost: 34 x connection refused"


def test_the_recorded_run_is_shown_as_runs_are_today(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"FORCE_COLOR": "1", "TTY_INTERACTIVE": "0", "COLUMNS": "100", "TERM": "xterm-256color"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NO_COLOR", raising=False)
    drain = next(each for each in experiments() if each.id == "P08-drain")
    record = Record()
    record.measures += [
        Measurement("requests", 148),
        Measurement("failed", 34),
        Measurement("p99", 11.097, "ms"),
        Measurement("unready after", 0.01),
        Measurement("SIGTERM to exit", 3.038, "s"),
        Measurement("load client's lag", 16.048, "ms"),
    ]
    phases = [("preparation", 0.8), ("experiments", 9.4), ("cleaning up", 0.1)]
    result = Result(drain, Verdict.FAIL, LOST, record, 9.4, 0)
    prove.table(Proof("weather", "localhost/weather:no-drain", "podman", datetime.now(UTC), phases, [result]))
    recorded = stage.tidy((RECORDED / "prove.ansi").read_text())
    assert LOST in recorded.splitlines()[0]
    assert recorded.partition("\n\n")[2] == stage.tidy(capsys.readouterr().out)
