"""What an experiment is, what it writes down, and what came of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

Value = str | int | float | bool


class Stage(StrEnum):
    """Where an experiment happens."""

    CONTAINER = "container"
    CLUSTER = "cluster"


class Verdict(StrEnum):
    """What came of an experiment."""

    PASS = "pass"  # noqa: S105 - no password
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True)
class Measurement:
    """One measured value, with its unit where it has one."""

    name: str
    value: Value
    unit: str = ""


@dataclass(frozen=True)
class Series:
    """A named curve: points of (seconds, value)."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Mark:
    """Something that happened at a moment of a chart, in seconds."""

    seconds: float
    text: str


@dataclass(frozen=True)
class Chart:
    """What the report draws: lines over seconds, a dot a request, or a bar for each of a few repetitions."""

    title: str
    unit: str
    series: Sequence[Series]
    kind: Literal["lines", "dots", "bars"] = "lines"
    marks: Sequence[Mark] = ()
    limit: float | None = None  # a horizontal line that must not be crossed


class Skip(Exception):  # noqa: N818 - a result, not an error
    """Raised by an experiment that can't be done here, with the reason."""


class Failed(Exception):  # noqa: N818 - a result, not an error
    """Raised by an experiment when what it saw makes the rest of it pointless."""


@dataclass
class Record:
    """What an experiment writes down while it runs; one unmet expectation makes it fail."""

    measures: list[Measurement] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    advice: list[str] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)

    def measure(self, name: str, value: Value, unit: str = "") -> None:
        """Write down a measured value."""
        self.measures.append(Measurement(name, round(value, 3) if isinstance(value, float) else value, unit))

    def expect(self, holds: bool, otherwise: str) -> bool:
        """Hold that something is so; `otherwise` shows what was found instead. Return whether it is so."""
        if not holds:
            self.failures.append(otherwise)
        return holds

    def advise(self, text: str) -> None:
        """Note what would be better, without failing."""
        self.advice.append(text)


@dataclass(frozen=True)
class Experiment:
    """One question, and how to try it.

    `run` gets the lab that its stage makes, and the record; it returns when the pattern was seen to hold or not.
    """

    id: str  # P02-zombies
    stage: Stage
    question: str
    expected: str
    run: Callable[[Any, Record], None]
    seconds: float = 60  # its time bound
    alone: bool = False  # it watches a clock, so nothing runs beside it

    @property
    def pattern(self) -> str:
        """The pattern that it proves: P01…P15."""
        return self.id.partition("-")[0]


@dataclass(frozen=True)
class Result:
    """What came of an experiment, how long it took, and how many seconds after the first one it began."""

    experiment: Experiment
    verdict: Verdict
    reason: str  # why it failed or was skipped
    record: Record
    seconds: float
    began: float = 0.0


@dataclass(frozen=True)
class Proof:
    """A whole run: what was proved, with what, when, what came of it, and where the time went."""

    service: str
    image: str
    platform: str  # the runtime, and the cluster where there was one
    when: datetime
    phases: Sequence[tuple[str, float]]  # what was done, and the seconds that it took
    results: Sequence[Result]

    def count(self, verdict: Verdict) -> int:
        """Count the results of that verdict."""
        return sum(each.verdict == verdict for each in self.results)
