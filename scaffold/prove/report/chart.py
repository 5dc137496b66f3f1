"""Where everything of a chart lies: ticks, curves, dots, bars and marks in the units of its drawing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scaffold.prove.model import Chart, Result

WIDTH, HEIGHT = 500.0, 220.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 12.0, 28.0, 30.0
LONG, ROW = 1000.0, 20.0
"""Width of the timeline, and height of an experiment's row in it."""


@dataclass(frozen=True)
class Tick:
    """A line of the grid, and what is written at it."""

    at: float
    text: str


@dataclass(frozen=True)
class Curve:
    """A series: its points in the drawing, and its name's place in the legend."""

    name: str
    points: Sequence[tuple[float, float]]
    legend: float

    @property
    def path(self) -> str:
        """The points as SVG has them."""
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in self.points)


@dataclass(frozen=True)
class Label:
    """A line or bar with a text: where it begins, how long it is, and the text's side."""

    at: float
    text: str
    length: float = 0.0
    anchor: str = "start"


@dataclass(frozen=True)
class Drawing:
    """A chart, ready to be drawn."""

    title: str
    unit: str
    kind: str
    x: Sequence[Tick]
    y: Sequence[Tick]
    curves: Sequence[Curve]
    marks: Sequence[Label]
    limit: Label | None
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    bottom: float = HEIGHT - BOTTOM


def steps(most: float, count: int = 5) -> list[float]:
    """Return round numbers from 0 to at least `most`: 1, 2 or 5 times a power of ten apart."""
    if most <= 0:
        return [0.0, 1.0]
    rough = most / count
    power = 10 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    return [number * step for number in range(math.ceil(most / step * 0.999) + 1)]


def draw(chart: Chart) -> Drawing:
    """Lay out a chart."""
    points = [point for series in chart.series for point in series.points]
    ys = steps(max([value for _, value in points] + ([chart.limit] if chart.limit else []), default=1.0))
    bars = chart.kind == "bars"
    last = max((seconds for seconds, _ in points), default=1.0)
    xs = [float(number) for number in range(int(last) + 2)] if bars else steps(max(last, 0.001), 8)

    def x(seconds: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * seconds / xs[-1]

    def y(value: float) -> float:
        return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / ys[-1]

    shown = [series for series in chart.series if series.points]
    curves = [
        Curve(each.name, [(x(seconds), y(value)) for seconds, value in each.points], LEFT + 8 + 110 * number)
        for number, each in enumerate(shown)
    ]
    marks = [
        Label(x(each.seconds), each.text, anchor="end" if each.seconds > xs[-1] * 0.8 else "start")
        for each in chart.marks
    ]
    limit = Label(y(chart.limit), f"limit {chart.limit:g} {chart.unit}") if chart.limit else None
    ticks = [Tick(x(each), f"{each:g}") for each in xs if not (bars and each in (xs[0], xs[-1]))]
    return Drawing(chart.title, chart.unit, chart.kind, ticks, [Tick(y(v), f"{v:g}") for v in ys], curves, marks, limit)


@dataclass(frozen=True)
class Timeline:
    """When each experiment ran."""

    x: Sequence[Tick]
    rows: Sequence[tuple[float, float, float, Result]]  # left, top, width
    height: float
    left: float
    width: float = LONG


def timeline(results: Sequence[Result]) -> Timeline:
    """Lay out when each experiment ran, in the order of their beginning."""
    ordered = sorted(results, key=lambda each: each.began)
    xs = steps(max((each.began + each.seconds for each in results), default=1.0), 8)
    left = 150.0

    def x(seconds: float) -> float:
        return left + (LONG - left - 2 * RIGHT) * seconds / xs[-1]

    rows = [
        (x(each.began), number * ROW + 4, max(1.0, x(each.began + each.seconds) - x(each.began)), each)
        for number, each in enumerate(ordered)
    ]
    return Timeline([Tick(x(each), f"{each:g}") for each in xs], rows, len(rows) * ROW + BOTTOM, left)
