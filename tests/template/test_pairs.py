"""The examples cover every pair of choices: each language meets each forge, each kind of dependency, of job, of folder;
together with tests/support/combinations.py each kind of sidecar, too.

A factor is something that the answers decide; its levels are what an example has of it. Two levels of different factors
are a pair, and some example must have both: what breaks, breaks with two choices at once far more often than with more
(Kuhn, Wallace, Gallo: Software Fault Interactions and Implications for Software Testing, IEEE TSE 30 (6), 2004).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import combinations, product
from typing import Any

import pytest

from tests.support import combinations as combined
from workshop import goldens

Context = dict[str, Any]


def few_or_many(records: list[Any]) -> str:
    return "none" if not records else "one" if len(records) == 1 else "several"


def of_dependencies(context: Context) -> set[str]:
    return {f"{each['scheme']} {each['kind']}" for each in context["upstreams"]} or {"none"}


def of_jobs(context: Context) -> set[str]:
    jobs = context["jobs"]
    levels = {"scheduled" if job.get("schedule") else "with each deployment" for job in jobs}
    programs = [job["command"].split()[0] for job in jobs]
    return levels | ({"sharing a sub-command"} if len(set(programs)) < len(programs) else set()) or {"none"}


LEVELS: dict[str, Callable[[Context], set[str]]] = {
    "language": lambda context: {context["language"]},
    "ci": lambda context: {context["ci"]},
    "dependencies": of_dependencies,
    "jobs": of_jobs,
    "writable_paths": lambda context: {few_or_many(context["writable_paths"])},
    "ports": lambda context: {few_or_many(context["ports"])},
    "autoscaling": lambda context: {"autoscaled" if context["autoscaled"] else "fixed"},
    "breaker": lambda context: {context["breaker"]},
    "limiter": lambda context: {context["limiter"]},
    "native_sidecars": lambda context: {"yes" if context["native_sidecars"] else "no"},
    "prometheus": lambda context: {context["prometheus"]},
}
SIDECARS = ("breaker", "limiter", "native_sidecars", "prometheus")
# What the answers may hold, said here and not read off the examples, so that a level that is in none of them is missed.
ALL: dict[str, list[str]] = {
    **{name: list(each.choices.values()) for each in goldens.engine()[0].asked if (name := each.name) in LEVELS and each.choices},
    "dependencies": ["none", *(f"{scheme} {kind}" for scheme in ("http", "https", "tcp") for kind in ("critical", "auxiliary"))],
    "jobs": ["none", "with each deployment", "scheduled", "sharing a sub-command"],
    "writable_paths": ["none", "one", "several"],
    "ports": ["one", "several"],
    "autoscaling": ["fixed", "autoscaled"],
    "native_sidecars": ["yes", "no"],
}  # fmt: skip
IMPOSSIBLE = {(breaker, "none") for breaker in ALL["breaker"] if breaker != "none"}  # of breaker x dependencies


@cache
def levels() -> dict[str, dict[str, set[str]]]:
    """Return the levels that each example, and each service that is rendered for tests alone, has of each factor."""
    contexts = {name: goldens.answers_of(name).context for name in goldens.GENERATED}
    for each in combined.combinations():
        contexts[combined.name_of(each)] = combined.answers_of(each).context
    return {name: {factor: of(context) for factor, of in LEVELS.items()} for name, context in contexts.items()}


def test_every_level_has_a_name() -> None:
    assert set(ALL) == set(LEVELS)
    for example, found in levels().items():
        for factor, mine in found.items():
            assert mine <= set(ALL[factor]), f"{example}: {factor}"


@pytest.mark.parametrize(("one", "other"), list(combinations(LEVELS, 2)))
def test_every_pair_is_in_an_example(one: str, other: str) -> None:
    enough = levels() if one in SIDECARS or other in SIDECARS else goldens.GENERATED
    covered = {pair for name in enough for pair in product(levels()[name][one], levels()[name][other])}
    missing = set(product(ALL[one], ALL[other])) - covered
    missing -= (
        {(level, breaker) for breaker, level in IMPOSSIBLE} if (one, other) == ("dependencies", "breaker") else set()
    )
    assert not missing, f"no example has {one} x {other}: {sorted(missing)}"


@pytest.mark.parametrize(
    ("question", "value"),
    [(each.name, value) for each in goldens.engine()[0].asked for value in each.choices.values()]
    + [(each.name, value) for each in goldens.engine()[0].asked if each.type == "bool" for value in (True, False)],
)
def test_every_value_of_every_choice_stands_in_an_example(question: str, value: Any) -> None:
    assert value in [goldens.answers_of(name).asked.get(question) for name in goldens.NAMES]
