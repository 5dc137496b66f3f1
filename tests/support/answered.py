"""What a test of rendered services depends on: not on how the template is written, only on what it gives."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from scaffold.engine.answers import Answers
from tests.support.verdicts import Inputs
from workshop.goldens import answers_of, rendered

TEMPLATE = ("copier.yml", "templates")


def given(answers: Answers) -> list[object]:
    """Return what the template makes of answers: every file, and every number that tests take from there."""
    digest = hashlib.sha256()
    for file in rendered(answers):
        digest.update(f"{file.path} {file.executable} {len(file.content)}\n".encode() + file.content)
    return [digest.hexdigest(), answers.context]


@cache
def of_example(name: str) -> list[object]:
    return given(answers_of(name))


def inputs_of(
    *names: str, files: tuple[str, ...] = (), programs: tuple[str, ...] = (), values: object = None
) -> Inputs:
    """Return the inputs of a test that renders these examples; `values` are more of them."""
    answers = [f"examples/{name}.yml" for name in names]
    return Inputs(files, programs, [[of_example(name) for name in names], values], (*TEMPLATE, *answers))


def inputs_of_goldens(given: Mapping[str, Any]) -> Inputs:
    """Return what a judge's verdict on goldens depends on: on the one that is a test's parameter, else on all."""
    example: Path | None = given.get("example")
    judged = f"examples/{example.name}" if example else "examples"
    return Inputs((judged, "requirements/judges.txt"), ("promtool --version", "helm version"))
