"""Gathers what rules find: each problem once, in a time and a memory that grow with their number and no faster."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from scaffold.check.findings import Finding, container_in
from scaffold.check.ground import Ground, is_of_tests, within
from scaffold.check.rules.rule import AnyRule, Placed, Problem
from scaffold.syntax.source import Place

MOST = 100_000
"""Findings that are kept; those that come later are only counted. They take about a kilobyte each."""

LONGEST = 1000
"""Characters of a message, and of the name of an object or a field; Kubernetes allows names of 253."""

OTHERS, SCOPES = 20, 100
"""How many other places, and how many overlays and charts, one finding names; the others are counted."""


@dataclass
class _Seen:
    """A finding that may still show in other overlays; `others` are objects or containers that get the same text."""

    rule: AnyRule
    place: Place
    message: str
    also: tuple[Place, ...]
    unnamed: int
    scope: str
    others: dict[str, None] = field(default_factory=dict)
    uncounted: int = 0
    scopes: dict[str, None] = field(default_factory=dict)
    last: str = ""

    def shows_in(self, scope: str) -> None:
        if scope and not self.has(scope):
            if len(self.scopes) < SCOPES:
                self.scopes[scope] = None
            else:
                self.unnamed += 1
            self.last = scope

    def has(self, scope: str) -> bool:
        return scope == self.last or scope in self.scopes

    def is_in(self, place: Place) -> None:
        """Take another object, or another container of the same one, that has the text which was found."""
        same = place.object == self.place.object
        name = container_in(place.field) if same else place.object
        if not name or name in self.others or (same and place.field == self.place.field):
            return
        if len(self.others) < OTHERS:
            self.others[name] = None
        else:
            self.uncounted += 1

    def finding(self, ground: Ground | None) -> Finding:
        message = self.message
        if self.others:
            more = [f"{self.uncounted} more"] if self.uncounted else []
            message = shortened(f"{message}; the same lines are in {', '.join([*self.others, *more])}")
        of_tests = is_of_tests(within(ground, self.place.path))
        return Finding(self.rule, self.place, message, self.also, tuple(self.scopes), self.unnamed, of_tests)


@dataclass
class _Spot:
    """What one rule found at one place."""

    seen: list[_Seen] = field(default_factory=list)
    by_message: dict[str, int] = field(default_factory=dict)
    by_words: dict[str, int] = field(default_factory=dict)
    scope: str = ""
    lacking: int = 0  # the first of `seen` that does not show in `scope`, as far as was looked

    def same(self, message: str, scope: str) -> _Seen | None:
        """Return what a problem is again: it has the same message, or was found in other overlays only."""
        index = self.by_message.get(message, len(self.seen))
        if scope:
            index = min(index, self._first_lacking(scope))
        return self.seen[index] if index < len(self.seen) else None

    def shared(self, message: str, place: Place) -> _Seen | None:
        """Return what a problem is once more, as only its names differ: a helper's lines go into many objects."""
        index = self.by_words.get(_without_names(message, place))
        if index is None:
            return None
        first = self.seen[index].place
        if (first.object, first.field) == (place.object, place.field):
            return None
        self.by_message[message] = index
        return self.seen[index]

    def begin(self, seen: _Seen) -> None:
        """Take a new finding."""
        self.by_message.setdefault(seen.message, len(self.seen))
        self.by_words.setdefault(_without_names(seen.message, seen.place), len(self.seen))
        self.seen.append(seen)

    def _first_lacking(self, scope: str) -> int:
        if scope != self.scope:
            self.scope, self.lacking = scope, 0
        while self.lacking < len(self.seen) and self.seen[self.lacking].has(scope):
            self.lacking += 1
        return self.lacking


class Collected:
    """The findings of a run; `uncounted` shows by severity how many there are beyond MOST."""

    def __init__(self, ground: Ground | None = None) -> None:
        """Begin with none; `ground` is what was named, so that paths of tests below it are known."""
        self._ground = ground
        self.uncounted: Counter[str] = Counter()
        self._spots: dict[tuple[str, str, int, int], _Spot] = {}
        self._count = 0

    def add(self, rule: AnyRule, problem: Problem, scopes: tuple[str, ...]) -> None:
        """Add a problem; the same place in another overlay is the same finding, whatever the object is called there.

        `scopes` is the name of the overlay or chart, or nothing.
        """
        place = _place(problem.at)
        message = shortened(problem.message)
        key = (rule.id, place.path, place.line, place.column)
        spot = self._spots.get(key)
        scope = scopes[0] if scopes else ""
        seen = (spot.same(message, scope) or spot.shared(message, place)) if spot else None
        if seen is None:
            if self._count == MOST:
                self.uncounted[rule.severity] += 1
                return
            self._count += 1
            spot = spot or self._spots.setdefault(key, _Spot())
            also = problem.also[:OTHERS]
            seen = _Seen(rule, place, message, tuple(map(_place, also)), len(problem.also) - len(also), scope)
            spot.begin(seen)
        elif scope == seen.scope:
            seen.is_in(place)
        seen.shows_in(scope)

    def findings(self) -> list[Finding]:
        """Return the findings, ordered by place."""
        found = (each.finding(self._ground) for spot in self._spots.values() for each in spot.seen)
        return sorted(found, key=lambda each: (each.place, each.rule.id, each.message))


def shortened(text: str) -> str:
    """Return a text without its middle where it has more than LONGEST characters."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST // 2]}…{text[1 - LONGEST // 2 :]}"


def _without_names(message: str, place: Place) -> str:
    """Return a message without the names of its object and its container."""
    for name in sorted((place.object.rpartition("/")[2], container_in(place.field)), key=len, reverse=True):
        message = message.replace(name, "") if name else message
    return message


def _place(at: Placed | Place) -> Place:
    place = at if isinstance(at, Place) else at.place()
    if len(place.object) > LONGEST or len(place.field) > LONGEST:
        place = replace(place, object=shortened(place.object), field=shortened(place.field))
    return place
