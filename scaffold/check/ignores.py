"""Comments that let a finding stand: `# scaffold: ignore P08-probe-port because the port is the host's`.

One counts for its own line and, where it stands alone, for what follows; in the comments that open a YAML document or a
Dockerfile, for all of that document or file. An id may also be a pattern's, such as P08; several stand with commas
between. One without a reason counts for nothing, and is told of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from scaffold.check.findings import Finding
from scaffold.check.source import Note, Source

_IGNORE = re.compile(
    r"#\s*scaffold:\s*ignore\s+(?P<ids>[\w-]+(?:\s*,\s*[\w-]+)*)(?:\s+because\s+(?P<reason>\S.*?))?\s*$"
)
_DOCUMENT = re.compile(r"---(?:\s|$)")


@dataclass(frozen=True)
class Ignore:
    """One such comment; `reason` is empty where it gives none."""

    line: int
    ids: frozenset[str]
    reason: str

    def names(self, finding: Finding) -> bool:
        """Tell whether it is about the finding's rule."""
        return bool(self.ids & {finding.rule.id.upper(), finding.rule.pattern})


def split_ignored(
    findings: Iterable[Finding], source_of: Callable[[str], Source | None]
) -> tuple[list[Finding], list[tuple[Finding, str]], list[Note]]:
    """Return the findings that stay, those that a comment lets stand with its reason, and notes on reasons missing."""
    kept: list[Finding] = []
    ignored: list[tuple[Finding, str]] = []
    notes: dict[Note, None] = {}
    for finding in findings:
        source = source_of(finding.place.path)
        found = [each for each in _applying(source, finding.place.line) if each.names(finding)] if source else []
        reason = next((each.reason for each in found if each.reason), "")
        if reason:
            ignored.append((finding, reason))
            continue
        kept.append(finding)
        for each in found:
            message = "ignores nothing, because it gives no reason: write `# scaffold: ignore ID because …`"
            notes[Note(finding.place.path, message, each.line)] = None
    return kept, ignored, list(notes)


def _applying(source: Source, line: int) -> list[Ignore]:
    """Return the comments that count for a line."""
    if not source.speaks_to_us:
        return []
    numbers = [line, *_comments_above(source, _first_line(source, line)), *_opening(source, line)]
    return [ignore for number in dict.fromkeys(numbers) if (ignore := _ignore(source, number))]


def _ignore(source: Source, number: int) -> Ignore | None:
    found = _IGNORE.search(source.line(number))
    if not found:
        return None
    return Ignore(number, frozenset(re.split(r"\s*,\s*", found["ids"].upper())), found["reason"] or "")


def _first_line(source: Source, line: int) -> int:
    """Return the first line of a Dockerfile's instruction that is continued up to `line`."""
    while line > 1 and (source.line(line - 1).rstrip().endswith("\\") or _is_inner_comment(source, line - 1)):
        line -= 1
    return line


def _is_inner_comment(source: Source, line: int) -> bool:
    """Tell whether a line is a comment inside a continued instruction."""
    while line > 1 and _is_comment(source, line):
        line -= 1
    return source.line(line).rstrip().endswith("\\") and not _is_comment(source, line)


def _comments_above(source: Source, line: int) -> list[int]:
    found = []
    while line > 1 and _is_comment(source, line - 1):
        line -= 1
        found.append(line)
    return found


def _opening(source: Source, line: int) -> list[int]:
    """Return the lines of the comments that open the document which holds a line."""
    start = 1
    for number in range(line, 0, -1):
        if _DOCUMENT.match(source.line(number)):
            start = number + 1
            break
    found = []
    for number in range(start, line):
        if _is_comment(source, number):
            found.append(number)
        elif source.line(number).strip():
            break
    return found


def _is_comment(source: Source, line: int) -> bool:
    return source.line(line).lstrip().startswith("#")
