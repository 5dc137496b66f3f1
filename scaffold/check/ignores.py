"""Comments that suppress a finding: `# scaffold: ignore P08-probe-port because the port is the host's`.

One counts for its own line and, on a line of its own, for what follows; in the comments that open a YAML document or a
Dockerfile, for all of that document or file. An id may also be a pattern's, such as P08; commas separate several ids.
A comment without a reason has no effect, and is reported, as is one that suppresses nothing any more.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from scaffold.check.findings import Finding
from scaffold.check.rules import all_rules
from scaffold.check.rules.rule import AnyRule
from scaffold.syntax.comment_places import Places
from scaffold.syntax.source import Note, Source

_IGNORE = re.compile(
    r"#\s*scaffold:\s*ignore\s+(?P<ids>[\w.-]+(?:\s*,\s*[\w.-]+)*)(?:\s+because\s+(?P<reason>\S.*))?\s*$"
)
_TITLE = "unused ignore"


@dataclass(frozen=True)
class Ignore:
    """One such comment: its ids in any case of letters; `reason` is empty where it gives none."""

    line: int
    ids: tuple[str, ...]
    reason: str

    def naming(self, finding: Finding) -> list[str]:
        """Return those of its ids that are the finding's rule or pattern."""
        return [each for each in self.ids if each.upper() in finding.rule.names]


class Comments:
    """Such comments of one file. To ask for one finding after the other takes no longer in a long file."""

    def __init__(self, source: Source) -> None:
        """Take the file; `used` becomes path, line and id of those that suppress a finding."""
        self.used: set[tuple[str, int, str]] = set()
        self._path = source.path
        self._ignores = ignores_in(source)
        self._numbers = [each.line for each in self._ignores]
        self._places = Places(source.lines) if self._ignores else None
        self._known: dict[tuple[int, int, str], str] = {}

    def reason(self, finding: Finding) -> str:
        """Return why a finding is suppressed, or nothing: the comment on its line first, then the nearest above."""
        line = finding.place.line
        if self._places is None or line > self._places.count:
            return ""
        ranges = ((line, line + 1), self._places.above(line), self._places.opening(line))
        reasons = [self._among(start, stop, finding) for start, stop in ranges]
        return next(filter(None, reasons), "")

    def _among(self, start: int, stop: int, finding: Finding) -> str:
        """Return the reason of the last comment in some lines that names a rule."""
        key = (start, stop, finding.rule.id)
        if key not in self._known:
            self._known[key] = ""
            for each in self._ignores[bisect_left(self._numbers, start) : bisect_left(self._numbers, stop)]:
                if each.reason and (ids := each.naming(finding)):
                    self._known[key] = each.reason
                    self.used |= {(self._path, each.line, id_) for id_ in ids}
        return self._known[key]


@dataclass
class Split:
    """The findings that stay, and those that a comment suppresses, each with its reason.

    `used` are path, line and id of the comments that do.
    """

    kept: list[Finding] = field(default_factory=list)
    ignored: list[tuple[Finding, str]] = field(default_factory=list)
    used: set[tuple[str, int, str]] = field(default_factory=set)


def split_ignored(findings: Iterable[Finding], source_of: Callable[[str], Source | None]) -> Split:
    """Separate the findings that stay from those that a comment suppresses."""
    split = Split()
    comments: dict[str, Comments | None] = {}
    for finding in findings:
        path = finding.place.path
        if path not in comments:
            source = source_of(path)
            comments[path] = Comments(source) if source and source.speaks_to_us else None
        here = comments[path]
        if here and (reason := here.reason(finding)):
            split.ignored.append((finding, reason))
        else:
            split.kept.append(finding)
    split.used = {each for here in comments.values() if here for each in here.used}
    return split


def unused(
    sources: Iterable[Source],
    used: set[tuple[str, int, str]],
    rules: Iterable[AnyRule],
    others: Iterable[AnyRule] = (),
) -> list[Note]:
    """Return a note for each comment in checked files that suppresses nothing, as far as these rules ran.

    `others` are policies that did not.
    """
    ran = {name for rule in rules for name in rule.names}
    known = [*all_rules().values(), *rules, *others]
    every = {name: rule.pattern for rule in known for name in rule.names if name != rule.pattern}
    patterns = {pattern: {id_ for id_, its in every.items() if its == pattern} for pattern in every.values()}
    notes = []
    for source in sources:
        for ignore in ignores_in(source):
            if not ignore.reason:
                message = "this ignore comment has no effect without a reason; write `# scaffold: ignore ID because …`"
                notes.append(Note(source.path, message, ignore.line, _TITLE))
                continue
            for word in ignore.ids:
                id_ = word.upper()
                if id_ not in every and id_ not in patterns:
                    notes.append(Note(source.path, f"unknown rule {word} in an ignore comment", ignore.line, _TITLE))
                elif patterns.get(id_, {id_}) <= ran and (source.path, ignore.line, word) not in used:
                    notes.append(
                        Note(
                            source.path,
                            f"this ignore comment has no effect: {word} has no finding here",
                            ignore.line,
                            _TITLE,
                        )
                    )
    return notes


def ignores_in(source: Source) -> list[Ignore]:
    """Return all such comments of a file, from the top."""
    lines = enumerate(source.lines, 1) if source.speaks_to_us else ()
    return [found for number, text in lines if "scaffold:" in text and (found := _ignore(number, text))]


def _ignore(number: int, text: str) -> Ignore | None:
    found = _IGNORE.search(text)
    if not found:
        return None
    return Ignore(number, tuple(re.split(r"\s*,\s*", found["ids"])), (found["reason"] or "").rstrip())
