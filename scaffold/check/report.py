"""What a run of check found, for formats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from scaffold.check.findings import Finding
from scaffold.check.rules.rule import AnyRule
from scaffold.check.source import Note


@dataclass(frozen=True)
class Report:
    """The findings in order of place, what could not be judged, and the rules that ran."""

    findings: Sequence[Finding]
    notes: Sequence[Note] = ()
    rules: Sequence[AnyRule] = field(default=(), repr=False)
