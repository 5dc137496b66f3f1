"""Returns whether everybody may have what looks like a secret: it is for browsers, of a demo, or to be replaced."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from typing import Any

_FINGERPRINT = re.compile(r"(?:[0-9A-F]{2}:){15,63}[0-9A-F]{2}", re.IGNORECASE)
_TOKEN = re.compile(r"eyJ[\w-]{10,}\.(ey[\w-]{10,2000})\.[\w-]{10,}")
_FOR_ALL = frozenset({"anon", "anonymous", "public"})
_OF_DEMO = re.compile(r"(?:^|[^a-z])(?:demo|example|sample|test|localhost|john doe)(?:[^a-z]|$)", re.IGNORECASE)
_CLAIMS = ("iss", "sub", "aud", "name")

_ASKS = re.compile(
    r"(?<!not )(?<!n't )(?<!never )\b(?:change|replace|override|regenerate|substitute)\b.{0,60}?"
    r"\b(?:this|these|those|it|them|me|all|values?|keys?|secrets?|passwords?|tokens?|defaults?|your|own|before)\b"
    r"|\bgenerate (?:with|using|by|one|your|a new|new|the)\b|\bopenssl rand\b"
    r"|\b(?:not|never) (?:be )?used? .{0,30}\bproduction\b|\bn[o']t for production\b",
    re.IGNORECASE,
)
_FARTHEST = 30
"""How many lines above a value its comment may begin: a comment above a list of keys is about all of them."""


def is_for_everybody(text: str) -> bool:
    """Return whether a value is made to be shown: a certificate's fingerprint, or a token for anonymous users."""
    return _FINGERPRINT.fullmatch(text.strip()) is not None or _claims(text).get("role") in _FOR_ALL


def is_of_demo(text: str) -> bool:
    """Return whether a token states that a demo or an example issued it, or that it is for one."""
    claims = _claims(text)
    return any(_OF_DEMO.search(str(claims.get(each, ""))) for each in _CLAIMS)


def _claims(text: str) -> dict[str, Any]:
    """Return what a JSON Web Token states; nothing where the text is none."""
    found = _TOKEN.fullmatch(text.strip())
    if not found:
        return {}
    try:
        claims = json.loads(urlsafe_b64decode(found[1] + "=" * (-len(found[1]) % 4)))
    except (ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def asks_to_replace(lines: Sequence[str], number: int) -> bool:
    """Return whether a comment asks for another value: behind the value, or above it in the same mapping.

    `number` is the value's line, from 1. A blank line ends what a comment is about.
    """
    if not 0 < number <= len(lines):
        return False
    own = lines[number - 1]
    said = [own.partition(" #")[2]]
    for line in reversed(lines[max(0, number - 1 - _FARTHEST) : number - 1]):
        text = line.strip()
        if text.startswith("#"):
            said.append(text.lstrip("# "))
        elif not text or len(said) > 1 or _indent(line) < _indent(own):
            break
    return _ASKS.search(" ".join(reversed(said))) is not None


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip())
