"""What holds for every report of `check`, whatever it was made of."""

from __future__ import annotations

from scaffold.check.report import CheckReport


def is_whole(report: CheckReport) -> None:
    """Every finding can be told: it has a place in a file, and a sentence; and so has every note."""
    for each in report.findings:
        assert each.place.line >= 1
        assert each.place.column >= 1
        assert each.message
        assert each.fingerprint
    for note in report.notes:
        assert note.message
        assert "Traceback" not in note.message
        assert len(note.message) < 2_000
