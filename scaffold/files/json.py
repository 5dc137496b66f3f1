"""JSON that nobody vouches for: one error for all that can be wrong with it."""

from __future__ import annotations

import json
from typing import Any


def parse_json(data: bytes | str) -> Any:
    """Return the value of a text.

    Raises:
        ValueError: when it is not JSON or no UTF-8, is nested too deeply, or holds a number that JSON has not (`NaN`).
    """
    try:
        return json.loads(data, parse_constant=_refuse)
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _refuse(word: str) -> Any:
    raise ValueError(f"{word} is not a number of JSON")
