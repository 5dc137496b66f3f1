"""docs/reference/patterns.md: the patterns, and what each is in a generated service."""

from __future__ import annotations

import re

from scaffold.patterns import PATTERNS
from scaffold.prove.select import experiments
from workshop.goldens import ROOT
from workshop.pages import rules_of
from workshop.reference.markdown import page, paragraph, table

_EXAMPLE = "examples/everything-python/README.md"
_ROW = re.compile(r"^\| (P\d\d) \| [^|]+ \| ([^|]+) \|$", re.MULTILINE)

_SIDECARS = (
    ("sidecar", "Envoy", "nginx", "Istio"),
    ("runs as", "a container of the pod", "a container of the pod", "rules for the proxy of the mesh"),
    (
        "opens after",
        "3 failed calls in a row, or half of the calls of a second",
        "3 failed calls, even with successful ones between them",
        "3 failed calls in a row, for each pod of the dependency",
    ),
    (
        "tries again",
        "after 5 s, then after longer each time, at most 30 s",
        "every 5 s",
        "after 5 s, then after longer each time",
    ),
    ("counts a 5xx response to a POST, and a response that is not HTTP", "yes", "no", "yes"),
    ("tested with", "the program itself", "the program itself", "Istio's schemas, and Envoy; no cluster with Istio"),
)


def make() -> str:
    """Return the page.

    Raises:
        ValueError: when the example's README lacks a pattern.
    """
    where = dict(_ROW.findall((ROOT / _EXAMPLE).read_text()))
    if where.keys() != PATTERNS.keys():
        raise ValueError(f"{_EXAMPLE} does not list the patterns {sorted(PATTERNS.keys() ^ where.keys())}")
    tried = [each.pattern for each in experiments()]
    rows = [
        (f"[{name}](../patterns/{name}.md)", each.title, where[name], str(len(rules_of(name))), str(tried.count(name)))
        for name, each in PATTERNS.items()
    ]
    return page(
        "Patterns",
        "scaffold/patterns.py and workshop/reference/patterns.py",
        paragraph(
            f"A generated service implements {len(PATTERNS)} patterns. Comments, findings and experiments name them by "
            "their id. The page of a pattern explains it, and shows a broken and a right example for each rule."
        ),
        table(("id", "pattern", "in a generated service", "rules", "experiments"), rows),
        paragraph(
            f"The third column is from the README of [a service that uses everything](../../{_EXAMPLE}). P10 and P11 "
            "need a sidecar, which you choose with the questions [`breaker`](questions.md#breaker) and "
            "[`limiter`](questions.md#limiter)."
        ),
        "## Envoy, nginx and Istio as circuit breaker",
        table(*_split(_SIDECARS)),
        paragraph(
            "[The experiments with the sidecars](../../tests/real/experiments/README.md) show what was measured with "
            "the generated configuration."
        ),
        paragraph("See also [the experiments](experiments.md) and [the numbers that scaffold derives](derived.md)."),
    )


def _split(rows: tuple[tuple[str, ...], ...]) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    return rows[0], rows[1:]
