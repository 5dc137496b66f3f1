"""What a run of check found, for formats."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from scaffold.check.findings import Finding
from scaffold.check.ground import Ground
from scaffold.check.rules.rule import AnyRule
from scaffold.syntax.source import Note, Source


@dataclass(frozen=True)
class Suppressed:
    """A finding that does not count: `in_source` by a comment with that reason, else by the baseline."""

    finding: Finding
    in_source: bool
    reason: str = ""


@dataclass(frozen=True)
class Report:
    """The findings in order of place, what could not be judged, what does not count, and the rules that ran.

    `uncounted` tells by severity how many findings there are besides, which would take too much memory. `files` tells
    how many files were read; `sources` are those that are no files on disk, by the path that is shown; `ground` is what
    was read, and so may be mended.
    """

    findings: Sequence[Finding]
    notes: Sequence[Note] = ()
    suppressed: Sequence[Suppressed] = ()
    rules: Sequence[AnyRule] = field(default=(), repr=False)
    files: int = 0
    sources: Mapping[str, Source] = field(default_factory=dict, repr=False)
    ground: Ground | None = field(default=None, repr=False)
    uncounted: Mapping[str, int] = field(default_factory=dict)

    def by_severity(self) -> Counter[str]:
        """Return how many findings there are of each severity, shown or not."""
        return Counter(str(each.rule.severity) for each in self.findings) + Counter(self.uncounted)
