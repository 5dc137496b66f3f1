"""Services that are rendered for tests alone: together they have every pair of a sidecar's choice with any other choice.

The goldens can't: each of them is built, tested and kept, and twenty more would say nothing new to a reader.
"""

from __future__ import annotations

from functools import cache
from itertools import combinations as pairs_of
from itertools import product
from pathlib import Path
from typing import Any

from scaffold.engine.answers import Answers
from scaffold.files.folder import write_files
from workshop import goldens

Levels = dict[str, str]  # of each factor: which of its levels

DEPENDENCIES = [
    {"name": "mail", "url": "http://mail.post.svc:8080/v1", "kind": "critical", "timeout": 2},
    {"name": "rates", "url": "https://rates.example.com", "kind": "auxiliary", "timeout": 0.5},
    {"name": "database", "url": "postgres:5432", "kind": "critical", "timeout": 1},
]
JOBS = [
    {"name": "migrate", "command": "migrate --all", "deadline": 60, "retries": 1},
    {"name": "report", "command": "report", "deadline": 600, "retries": 0, "schedule": "@daily"},
]
PATHS = [{"path": "/tmp", "size": "16Mi"}, {"path": "/var/lib/app", "size": "1Gi"}]
ENVIRONMENTS = [
    {"name": "dev", "suspended": [], "cpu_limit": "50m", "memory_limit": "1Gi"},
    {"name": "tryout", "replicas": 3},
    {"name": "production"},
]
PORTS = [{"name": "http", "number": 8080}, {"name": "partners", "number": 8090}]

SIDECARS = ("breaker", "limiter", "native_sidecars", "limit_per", "prometheus")


def choices(question: str) -> dict[str, dict[str, Any]]:
    """Return each value of a question with choices as a level."""
    found = next(each for each in goldens.engine()[0].asked if each.name == question)
    return {value: {question: value} for value in found.choices.values()}


@cache
def factors() -> dict[str, dict[str, dict[str, Any]]]:
    """Return every factor with its levels, and the answers that each level gives."""
    return {
        **{
            name: choices(name)
            for name in ("language", "ci", "breaker", "limiter", "limit_per", "prometheus", "expose", "release")
        },
        "native_sidecars": {"yes": {"native_sidecars": True}, "no": {"native_sidecars": False}},
        "dependencies": {"some": {"dependencies": DEPENDENCIES}, "none": {}},
        "jobs": {"some": {"jobs": JOBS}, "none": {}},
        "writable_paths": {"none": {"writable_paths": []}, "one": {}, "several": {"writable_paths": PATHS}},
        "collector": {
            "none": {},
            "own": {"collector": "http://collector.monitoring.svc:4318"},
            "untraced": {"telemetry": "none"},
        },
        "ports": {"one": {}, "several": {"ports": PORTS}},
        "environments": {"usual": {}, "several": {"environments": ENVIRONMENTS}},
        "autoscaling": {"fixed": {}, "autoscaled": {"max_replicas": 6}},
    }


def possible(levels: Levels) -> bool:
    """Tell whether the questions let these levels be together: a breaker needs something to guard, a release a pipeline."""
    if levels.get("release", "none") != "none" and levels.get("ci") == "none":
        return False
    return levels.get("breaker", "none") == "none" or levels.get("dependencies") != "none"


@cache
def wanted() -> frozenset[frozenset[tuple[str, str]]]:
    """Return every possible pair of levels of which one is a sidecar's."""
    return frozenset(
        frozenset(pair)
        for one, other in pairs_of(factors(), 2)
        if one in SIDECARS or other in SIDECARS
        for pair in product(product([one], factors()[one]), product([other], factors()[other]))
        if possible(dict(pair))
    )


def covered(levels: Levels) -> set[frozenset[tuple[str, str]]]:
    return {frozenset(pair) for pair in pairs_of(levels.items(), 2)} & wanted()


@cache
def combinations() -> tuple[Levels, ...]:
    """Return few services that have all wanted pairs: each takes one that is missing, and then what adds the most."""
    missing, found = set(wanted()), []
    while missing:
        levels: Levels = dict(min(missing, key=sorted))
        for factor in factors():
            if factor not in levels:
                fitting = [levels | {factor: level} for level in factors()[factor]]
                levels = max(filter(possible, fitting), key=lambda each: len(covered(each) & missing))
        missing -= covered(levels)
        found.append(levels)
    return tuple(found)


def name_of(levels: Levels) -> str:
    sidecars = f"{levels['breaker']}-{levels['limiter']}-{'native' if levels['native_sidecars'] == 'yes' else 'plain'}"
    return f"{combinations().index(levels):02}-{levels['language']}-{sidecars}"


def answers_of(levels: Levels) -> Answers:
    """Return the answers of a combination."""
    given: dict[str, Any] = {"name": "combined"}
    for factor, level in levels.items():
        given |= factors()[factor][level]
    return goldens.engine()[1].resolve(given)


def write_all(folder: Path) -> dict[str, Path]:
    """Render every combination into a folder of its own; return the folders by the names."""
    folders = {name_of(each): folder / name_of(each) for each in combinations()}
    for each in combinations():
        folders[name_of(each)].mkdir()
        write_files(folders[name_of(each)], goldens.rendered(answers_of(each)))
    return folders
