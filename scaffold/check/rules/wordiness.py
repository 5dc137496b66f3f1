"""Returns whether a text is made of words, as people write them, or looks drawn by lot, as programs make secrets.

In English and its relatives, most letters that stand side by side are one of a few pairs; by lot, one in five are.
"""

from __future__ import annotations

import re
from itertools import pairwise

_AFTER = {
    "a": "bcdgiklmnprstuvy",
    "b": "aeiloruy",
    "c": "aehiklortu",
    "d": "aeiosu",
    "e": "acdefgilmnprstvwxy",
    "f": "aefior",
    "g": "aehior",
    "h": "aeiot",
    "i": "abcdefglmnorstv",
    "k": "ei",
    "l": "adeilostuy",
    "m": "aeiopu",
    "n": "acdegiosty",
    "o": "cdflmnoprstuvw",
    "p": "aeiloprtu",
    "q": "u",
    "r": "acdegikmnorstuy",
    "s": "acehiopstu",
    "t": "aehilorstuy",
    "u": "acegilmnprst",
    "v": "aei",
    "w": "aehio",
    "y": "os",
}
"""Which letters often follow which."""
_SPELLED = str.maketrans("013457@$!", "oieastasi")
_MIXED = re.compile(r"(?<=[a-zA-Z])[013457@$!](?=[a-zA-Z])")  # `S3cret`, `P@ssw0rd`
_BETWEEN = re.compile(r"[^a-z0-9]+")
_MOST = 0.5
_SHORT = 20
_OPAQUE = re.compile(r"[A-Za-z0-9+/_-]{20,}={0,2}")


def spelled(text: str) -> str:
    """Return a text in small letters, with the digits and signs that stand for some: `P@ssw0rd` is `password`."""
    return _MIXED.sub(lambda found: found[0].translate(_SPELLED), text).lower()


def is_of_words(text: str) -> bool:
    """Return whether a text is made of words, apart from a number at its end."""
    words = [each for each in _BETWEEN.split(spelled(text).rstrip("0123456789!._-")) if each]
    often = [after in _AFTER.get(letter, "") for word in words for letter, after in pairwise(word)]
    return bool(words) and sum(often) > _MOST * len(often)


def is_drawn(text: str) -> bool:
    """Return whether a text is so long and mixed that a program drew it by lot, whatever its name is."""
    return (
        _OPAQUE.fullmatch(text) is not None
        and any(map(str.isdigit, text))
        and any(map(str.isalpha, text))
        and len(set(text)) >= _SHORT // 2
        and not is_of_words(text)
    )
