"""Goldens with another inner loop: their files, by path."""

from __future__ import annotations

from functools import cache
from typing import Any

from scaffold.engine.answers_file import read_answers
from workshop import goldens


@cache
def files(example: str, **answers: Any) -> dict[str, str]:
    """Return the text files of a golden with other answers."""
    given = read_answers(goldens.ROOT / "examples" / f"{example}.yml")
    resolved = goldens.engine()[1].resolve({**given, **answers})
    return {each.path: each.content.decode() for each in goldens.rendered(resolved)}
