"""Reads WWW-Authenticate, by which a registry requires a login (RFC 9110, 11.6.1), whatever a server has written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

LONGEST = 16 * 1024
"""Characters of all challenges together; what goes beyond is not read."""

_GAP = re.compile(r"[\s,]*")
_PART = re.compile(
    r"""(?P<name>[A-Za-z][A-Za-z0-9_-]*)
        (?: \s*=\s* (?: "(?P<quoted>(?:[^"\\]|\\.)*)(?:"|\\?\Z) | (?P<bare>[^\s,"]*) ) )?""",
    re.DOTALL | re.VERBOSE,
)
_OTHER = re.compile(r'"?[^\s,"]*')


@dataclass(frozen=True)
class Challenge:
    """What a 401 requires: `scheme` in lower case (bearer or basic) and its parameters (realm, service, scope)."""

    scheme: str
    parameters: Mapping[str, str]


def challenge_of(headers: Iterable[str]) -> Challenge | None:
    """Return the challenge to meet, from the values of WWW-Authenticate: Bearer before Basic, None if neither.

    Of two challenges of a scheme the first counts. One that names a parameter twice is none, since RFC 9110 forbids it
    and two readers could take two different servers from it.
    """
    found: dict[str, Challenge] = {}
    left = LONGEST
    for value in headers:
        for challenge in _challenges(value[:left]):
            found.setdefault(challenge.scheme, challenge)
        left = max(0, left - len(value))
    return found.get("bearer") or found.get("basic")


def _challenges(value: str) -> Iterator[Challenge]:
    """Yield the challenges of one header value; commas inside quotes separate nothing. Time is linear in its length."""
    scheme, parameters, is_clear = "", dict[str, str](), True
    for name, text in _parts(value):
        if text is None:
            if scheme and is_clear:
                yield Challenge(scheme, parameters)
            scheme, parameters, is_clear = name, {}, True
        else:
            is_clear = is_clear and name not in parameters
            parameters[name] = text
    if scheme and is_clear:
        yield Challenge(scheme, parameters)


def _parts(value: str) -> Iterator[tuple[str, str | None]]:
    """Yield each name in lower case, with its text where it is a parameter, and None where it is a scheme."""
    place = 0
    while (match := _GAP.match(value, place)) and (place := match.end()) < len(value):
        if found := _PART.match(value, place):
            quoted, bare = found["quoted"], found["bare"]
            yield found["name"].lower(), re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL) if quoted else bare or quoted
            place = found.end()
        elif other := _OTHER.match(value, place):  # what belongs to a scheme that is not ours
            place = max(other.end(), place + 1)
