"""What the rules found, in its place."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from scaffold.check.rules.rule import AnyRule, Severity
from scaffold.syntax.source import Place

_CONTAINER = re.compile(r"(?:^|\.)(?P<list>containers|initContainers)\[(?P<name>[^\]]*)\]")

FindingKind = Literal["contradiction", "fault", "hygiene"]
"""What a rule's kind becomes where a finding names the other places that it contradicts."""


@dataclass(frozen=True)
class Finding:
    """A problem in its place. `scopes` names the built overlays and charts where it shows; none for plain files.

    `unnamed` counts the places and scopes besides those that `also` and `scopes` name. `of_tests` shows whether its
    path is one of tests.
    """

    rule: AnyRule
    place: Place
    message: str
    also: tuple[Place, ...] = ()
    scopes: tuple[str, ...] = ()
    unnamed: int = 0
    of_tests: bool = False

    @property
    def severity(self) -> Severity:
        """Return the rule's severity; what only tests deploy has a warning, unless the rule counts there, too."""
        return "warning" if self.of_tests and not self.rule.counts_in_tests else self.rule.severity

    @property
    def kind(self) -> FindingKind:
        """Return `hygiene` of a rule about good practice, otherwise `contradiction` where other places do not agree."""
        if self.rule.kind == "hygiene":
            return "hygiene"
        return "contradiction" if self.also else "fault"

    @property
    def is_between_files(self) -> bool:
        """Return whether it contradicts another file."""
        return self.kind == "contradiction" and any(each.path != self.place.path for each in self.also)

    @property
    def container(self) -> str:
        """Return the name of the container that it is about, or its number in the list, or nothing."""
        return container_in(self.place.field)

    @property
    def fingerprint(self) -> str:
        """Return what stays the same when lines move and values change: the rule's first id, file, object and field."""
        import hashlib  # with OpenSSL behind it, which text for people does not need

        parts = (self.rule.former_id or self.rule.id, self.place.path, self.place.object, self.place.field)
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:24]


def container_in(field: str) -> str:
    """Return the name of the container that a field is a part of, or its number in the list, or nothing."""
    found = _CONTAINER.search(field)
    return found["name"] if found else ""
