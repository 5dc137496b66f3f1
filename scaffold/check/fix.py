"""`scaffold check --fix`: fixes what has one right answer, as the rules say, and leaves every other byte as it is.

What an overlay adds, and what is a matter of judgement, stays as it is.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from scaffold.check.edits import Edit, Spot
from scaffold.check.findings import Finding
from scaffold.check.ground import Ground
from scaffold.check.report import CheckReport
from scaffold.files.rewrite import Rewrite, rewrite
from scaffold.syntax.source import Source, read

_MOST_TRIED = 200
"""Findings that are tried only to count those that can be fixed."""


@dataclass(frozen=True)
class Fixed:
    """A file that is fixed: its text before and after, the findings that are gone, and the folder that was checked."""

    path: str
    before: str
    after: str
    findings: tuple[Finding, ...]
    below: Path

    @property
    def diff(self) -> str:
        """Return the change as a unified diff."""
        before, after = self.before.splitlines(keepends=True), self.after.splitlines(keepends=True)
        return "".join(difflib.unified_diff(before, after, f"a/{self.path}", f"b/{self.path}"))


def plan(report: CheckReport) -> list[Fixed]:
    """Return what can be fixed for sure, file by file; nothing is written.

    Only files that were checked are fixed: what a finding names besides, such as a base elsewhere, stays as it is.
    """
    ground = report.ground
    by_path: dict[str, list[Finding]] = {}
    for finding in report.findings if ground else ():
        if finding.rule.fixable and ground and finding.place.path in ground.names:
            by_path.setdefault(finding.place.path, []).append(finding)
    return [fixed for path, found in by_path.items() if ground and (fixed := _mended(path, found, ground))]


def _mended(path: str, findings: list[Finding], ground: Ground) -> Fixed | None:
    source = read(path)
    if not isinstance(source, Source):
        return None
    try:
        text = source.data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    edits: dict[Edit, None] = {}
    gone = []
    for finding in findings:
        found = finding.rule.fix(Spot(source, text, finding.place.line))
        edits |= dict.fromkeys(found)
        gone += [finding] if found else []
    after = text
    for edit in sorted(edits, key=lambda each: (each.start, each.text), reverse=True):
        after = after[: edit.start] + edit.text + after[edit.end :]
    return Fixed(path, text, after, tuple(gone), ground.top(path)) if edits else None


def apply(fixed: Iterable[Fixed]) -> None:
    """Write the files: all of them or none, and none through a symbolic link below the folder that was checked.

    Raises:
        DestinationError: when a file changed meanwhile or a link is on the way, or the disk refuses.
    """
    rewrite(Rewrite(Path(each.path), each.before.encode(), each.after.encode(), below=each.below) for each in fixed)


def fixable_count(report: CheckReport) -> str:
    """Return how many findings `plan` fixes, `some` where there are too many to try all, or nothing."""
    names = report.ground.names if report.ground else ()
    candidates = [each for each in report.findings if each.rule.fixable and each.place.path in names]
    if len(candidates) > _MOST_TRIED:
        return "some" if plan(replace(report, findings=candidates[:_MOST_TRIED])) else ""
    count = sum(len(each.findings) for each in plan(replace(report, findings=candidates))) if candidates else 0
    return str(count or "")
