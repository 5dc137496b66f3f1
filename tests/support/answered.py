"""What a test of rendered services depends on: not on how the template is written, only on what it gives."""

from __future__ import annotations

import hashlib
from functools import cache

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


def inputs_of(*names: str, files: tuple[str, ...] = (), programs: tuple[str, ...] = (), values: object = None) -> Inputs:
    """Return the inputs of a test that renders these examples; `values` are more of them."""
    answers = [f"examples/{name}.yml" for name in names]
    return Inputs(files, programs, [[of_example(name) for name in names], values], (*TEMPLATE, *answers))
