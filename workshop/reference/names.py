"""Marks the names of questions in a text of the template as code."""

from __future__ import annotations

import re
from functools import cache

from workshop.goldens import engine


def marked(text: str) -> str:
    """Return a text with each name of a question as code, as far as it can't be another word: where it has a `_`."""
    return _names().sub(r"`\1`", text)


@cache
def _names() -> re.Pattern[str]:
    names = "|".join(each.name for each in engine()[0].asked if "_" in each.name)
    return re.compile(rf"(?<![\w`])({names})(?![\w`])")
