"""Comments that let a finding stand: `# scaffold: ignore P08-probe-port because the port is the host's`.

One counts for its own line and, where it stands alone, for what follows; in the comments that open a YAML document or a
Dockerfile, for all of that document or file. An id may also be a pattern's, such as P08; several stand with commas
between. One without a reason counts for nothing, and is told of, as is one that lets nothing stand any more.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from scaffold.check.findings import Finding
from scaffold.check.rules import all_rules
from scaffold.check.rules.rule import AnyRule
from scaffold.check.source import Note, Source

_IGNORE = re.compile(
    r"#\s*scaffold:\s*ignore\s+(?P<ids>[\w-]+(?:\s*,\s*[\w-]+)*)(?:\s+because\s+(?P<reason>\S.*))?\s*$"
)
_TITLE = "ignored in vain"
_DOCUMENT = re.compile(r"---(?:\s|$)")


@dataclass(frozen=True)
class Ignore:
    """One such comment: its ids in any case of letters; `reason` is empty where it gives none."""

    line: int
    ids: tuple[str, ...]
    reason: str

    def naming(self, finding: Finding) -> list[str]:
        """Return those of its ids that are the finding's rule or pattern."""
        return [each for each in self.ids if each.upper() in (finding.rule.id.upper(), finding.rule.pattern)]


@dataclass
class Split:
    """The findings that stay, and those that a comment lets stand, each with its reason.

    `used` are path, line and id of the comments that do.
    """

    kept: list[Finding] = field(default_factory=list)
    ignored: list[tuple[Finding, str]] = field(default_factory=list)
    used: set[tuple[str, int, str]] = field(default_factory=set)


def split_ignored(findings: Iterable[Finding], source_of: Callable[[str], Source | None]) -> Split:
    """Tell apart the findings that stay and those that a comment lets stand."""
    split = Split()
    for finding in findings:
        path = finding.place.path
        source = source_of(path)
        found = [each for each in _applying(source, finding.place.line) if each.naming(finding)] if source else []
        with_reason = [each for each in found if each.reason]
        split.used |= {(path, each.line, id_) for each in with_reason for id_ in each.naming(finding)}
        if with_reason:
            split.ignored.append((finding, with_reason[0].reason))
        else:
            split.kept.append(finding)
    return split


def in_vain(sources: Iterable[Source], used: set[tuple[str, int, str]], rules: Iterable[AnyRule]) -> list[Note]:
    """Return a note for each comment in files that were judged that lets nothing stand, as far as these rules ran."""
    ran = {rule.id.upper() for rule in rules}
    every = {rule.id.upper(): rule.pattern for rule in all_rules().values()}
    patterns = {pattern: {id_ for id_, its in every.items() if its == pattern} for pattern in every.values()}
    notes = []
    for source in sources:
        for ignore in (found for number in range(1, len(source.lines) + 1) if (found := _ignore(source, number))):
            if not ignore.reason:
                message = "ignores nothing, because it gives no reason: write `# scaffold: ignore ID because …`"
                notes.append(Note(source.path, message, ignore.line, _TITLE))
                continue
            for word in ignore.ids:
                id_ = word.upper()
                if id_ not in every and id_ not in patterns:
                    notes.append(Note(source.path, f"ignores {word}, which is no rule of check", ignore.line, _TITLE))
                elif patterns.get(id_, {id_}) <= ran and (source.path, ignore.line, word) not in used:
                    notes.append(Note(source.path, f"ignores nothing: {word} finds nothing here", ignore.line, _TITLE))
    return notes


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
    return Ignore(number, tuple(re.split(r"\s*,\s*", found["ids"])), (found["reason"] or "").rstrip())


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
