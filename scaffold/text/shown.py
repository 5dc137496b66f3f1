"""An answer in the sentence that refuses it, as `show` of the template's checks.jinja shows it."""

from __future__ import annotations

import json
import re
from typing import Any

from scaffold.text.brief import brief

_SECRET = re.compile(r":[^@]*@|[?&][^=]+=")
_BARE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,59}")
_YAML_WORDS = ("y", "n", "yes", "no", "on", "off", "true", "false", "null")
_LONGEST = 60


def shown(value: Any) -> str:
    """Return a value as JSON, of a long one its start; a plain word has no quotes.

    A value that looks like a URL with a password or a query may be a secret, and is not shown.
    """
    text = value if isinstance(value, str) else _json(value)
    if _SECRET.search(text):
        return "a value that may hold a password"
    if not isinstance(value, str):
        return _cut(text)
    if _BARE.fullmatch(value) and value.lower() not in _YAML_WORDS:
        return value
    return json.dumps(_cut(value), ensure_ascii=False)


def _json(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):  # a date, a number of thousands of digits, an endless list
        return brief(value)


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
