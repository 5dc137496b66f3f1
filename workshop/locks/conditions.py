"""When a line of a lock file is there: always, or with one of some features."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


class LockError(Exception):
    """The features can't share one lock file."""


@dataclass(frozen=True)
class Condition:
    """With one of `features` (None: always), unless one of `unless` is there, too."""

    features: frozenset[str] | None = None
    unless: frozenset[str] = frozenset()

    @property
    def always(self) -> bool:
        """Whether the line is in every service."""
        return self.features is None and not self.unless

    @property
    def never(self) -> bool:
        """Whether the line is in none."""
        return self.features is not None and self.features <= self.unless

    def within(self, outer: Condition) -> Condition:
        """Return what is left to ask where `outer` holds."""
        implied = outer.features is not None and self.features is not None and outer.features <= self.features
        return Condition(None, self.unless) if implied else self

    def but(self, other: Condition) -> Condition:
        """Return what holds where this does and the other one does not."""
        if other.always:
            return NEVER
        return self if other.never else Condition(self.features, other.features or frozenset())

    def __str__(self) -> str:
        """Return the condition as Jinja writes it."""
        some, but = (" or ".join(sorted(names or ())) for names in (self.features, self.unless))
        if not but:
            return some
        but = f"not ({but})" if len(self.unless) > 1 else f"not {but}"
        return but if self.features is None else f"({some}) and {but}"


ALWAYS = Condition()
NEVER = Condition(frozenset())


def any_of(conditions: Iterable[Condition]) -> Condition:
    """Return what holds where one of them does; none of them may have an `unless`, but for a single one."""
    found = [condition for condition in conditions if not condition.never]
    if any(condition.always for condition in found):
        return ALWAYS
    if len(found) == 1:
        return found[0]
    if any(condition.unless for condition in found):
        raise LockError(f"no condition is written for any of {', '.join(map(str, found))}")
    return Condition(frozenset().union(*(condition.features or () for condition in found)))


def blocks(parts: Iterable[tuple[Condition, list[str]]]) -> list[str]:
    """Return the lines of all parts. Neighbours with one condition share its `if`."""
    lines: list[str] = []
    last = ALWAYS
    for condition, found in parts:
        if condition.never or not found:
            continue
        if condition != last:
            lines += [] if last.always else ["{% endif %}"]
            lines += [] if condition.always else [f"{{% if {condition} %}}"]
            last = condition
        lines += found
    return lines + ([] if last.always else ["{% endif %}"])


def inline(condition: Condition, text: str) -> str:
    """Return a piece of a line that is there with the condition."""
    if condition.always or condition.never:
        return text if condition.always else ""
    quote = "'" if '"' in text else '"'
    return f"{{{{ {quote}{text}{quote} if {condition} else {quote}{quote} }}}}"
