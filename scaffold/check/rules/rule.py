"""What a rule is."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, Literal, Protocol, TypeVar

from scaffold.check.edits import Edit, Spot
from scaffold.check.model.scope import Scope
from scaffold.documentation.address import command, public_url
from scaffold.syntax.source import Place


class Placed(Protocol):
    """Something that stands in a file."""

    def place(self) -> Place:
        """Return where."""
        ...


@dataclass(frozen=True)
class Problem:
    """What a rule yields: where, what is wrong there, and the other places that it contradicts."""

    at: Placed | Place
    message: str
    also: tuple[Placed, ...] = ()


Subject = TypeVar("Subject")
Problems = Iterator[Problem]
Severity = Literal["error", "warning"]
"""An error fails as it is written: the cluster refuses it, it never does what it is there for, a secret is given away,
or requests or data are lost at a start, a stop or a rollout. A warning takes away a margin: it works until something
else goes wrong."""

Kind = Literal["fault", "hygiene"]
"""Of a fault, something is written that is wrong, or that contradicts another place. Hygiene is a good practice that
one object lacks; it is always a warning."""

Profile = Literal["essential", "recommended"]
"""The smallest profile of `scaffold check` that a rule belongs to; each profile has the rules of those before it."""


class Rule(Generic[Subject]):
    """A rule looks at every `looks_at` of a repository and yields what is wrong with it.

    The first paragraph of the class's docstring is the title, the rest says why; the docstring of `check` shows what to
    do. `Severity` and `Kind` explain their words. A rule that got another id keeps its first one as `former_id`,
    which comments, settings and baselines may still have.
    """

    id: ClassVar[str]
    former_id: ClassVar[str] = ""
    severity: ClassVar[Severity]
    counts_in_tests: ClassVar[bool] = False
    """Whether its errors are errors in a path of tests, too: nobody sends requests to what only tests deploy."""

    kind: ClassVar[Kind] = "fault"
    looks_at: ClassVar[Any]

    def check(self, subject: Subject, scope: Scope, /) -> Problems:
        """Yield each problem; `scope` is what is deployed together with the subject, and shows how both relate."""
        raise NotImplementedError

    def fix(self, spot: Spot, /) -> Sequence[Edit]:
        """Return the edits that correct what was found there, where there is one right answer; otherwise none."""
        return ()

    @property
    def fixable(self) -> bool:
        """Return whether some of its findings can be fixed."""
        return type(self).fix is not Rule.fix

    @property
    def profile(self) -> Profile:
        """Return the smallest profile that has the rule: errors are essential."""
        return "essential" if self.severity == "error" else "recommended"

    @property
    def names(self) -> tuple[str, ...]:
        """Return what it may be called, in capitals: its id, the one before, and its pattern."""
        return tuple(each.upper() for each in (self.id, self.former_id, self.pattern) if each)

    @property
    def pattern(self) -> str:
        """Return the pattern's id, such as P08."""
        return self.id[:3]

    @property
    def page(self) -> str:
        """Return where its section is, below docs/."""
        return f"patterns/{self.pattern}.md#{self.id.lower()}"

    @property
    def url(self) -> str | None:
        """Return the public address of its section; None where there is none."""
        return public_url(self.page)

    @property
    def more(self) -> str:
        """Return where its section can be read: at its address, or by a command as long as there is none."""
        return self.url or f"`{command(self.id)}`"

    @property
    def title(self) -> str:
        """Return one sentence: what the rule finds."""
        return _paragraphs(type(self))[0]

    @property
    def why(self) -> str:
        """Return why that is a problem."""
        return "\n\n".join(_paragraphs(type(self))[1:])

    @property
    def advice(self) -> str:
        """Return what to do."""
        return "\n\n".join(_paragraphs(type(self).check))


AnyRule = Rule[Any]


def _paragraphs(documented: object) -> list[str]:
    text = inspect.cleandoc(getattr(documented, "__doc__", None) or "")
    return [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]
