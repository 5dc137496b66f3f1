"""Goldens with another inner loop: their files, by path."""

from __future__ import annotations

from functools import cache
from typing import Any

from workshop import goldens


@cache
def files(example: str, **answers: Any) -> dict[str, str]:
    """Return the text files of a golden with other answers."""
    rendered = goldens.rendered(goldens.answers_with(example, **answers))
    return {each.path: each.content.decode() for each in rendered}
