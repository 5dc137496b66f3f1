"""What a run of check found, for formats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from scaffold.check.findings import Finding
from scaffold.check.ground import Ground
from scaffold.check.rules.rule import AnyRule
from scaffold.syntax.source import Note, Source

By = Literal["comment", "baseline", "revision"]


@dataclass(frozen=True)
class Suppressed:
    """A finding that does not count, and by what: a comment, with its reason, the baseline, or an earlier revision."""

    finding: Finding
    by: By
    reason: str = ""


@dataclass(frozen=True)
class CheckReport:
    """The findings in order of place, what could not be checked, what does not count, and the rules that ran.

    `uncounted` shows by severity how many findings there are besides, which would take too much memory. `files` shows
    how many files were read, `judged` how many objects, Dockerfiles and configurations rules looked at; `sources` are
    those that are not files on disk, by the path that is shown; `ground` is what was read, and so may be fixed.
    """

    findings: Sequence[Finding]
    notes: Sequence[Note] = ()
    suppressed: Sequence[Suppressed] = ()
    rules: Sequence[AnyRule] = field(default=(), repr=False)
    files: int = 0
    sources: Mapping[str, Source] = field(default_factory=dict, repr=False)
    ground: Ground | None = field(default=None, repr=False)
    uncounted: Mapping[str, int] = field(default_factory=dict)
    judged: int = 1

    def by_severity(self) -> Counter[str]:
        """Return how many findings there are of each severity, shown or not."""
        return Counter(str(each.severity) for each in self.findings) + Counter(self.uncounted)
