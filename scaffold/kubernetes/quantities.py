"""Quantities (`500m`, `1Gi`) and percentages, as Kubernetes reads them.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from __future__ import annotations

import re
from fractions import Fraction
from functools import lru_cache

_QUANTITY = re.compile(
    r"([+-]?[0-9]{1,20}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})(?:[eE]([+-]?[0-9]{1,2})|([numkMGTPE]|[KMGTPE]i)?)"
)
_DECIMAL = {"n": -9, "u": -6, "m": -3, "": 0, "k": 3, "M": 6, "G": 9, "T": 12, "P": 15, "E": 18}
_BINARY = {"Ki": 1, "Mi": 2, "Gi": 3, "Ti": 4, "Pi": 5, "Ei": 6}


@lru_cache(1024)  # manifests repeat the same few
def quantity(text: str | None) -> Fraction | int | None:
    """Return a quantity in its base unit (cores, bytes), or None where the text is none.

    It is exact: an integer where it has no fraction, which is compared in a tenth of the time.
    """
    found = _QUANTITY.fullmatch(text or "")
    if not found:
        return None
    number, exponent, suffix = Fraction(found[1].rstrip(".")), found[2], found[3] or ""
    if suffix in _BINARY:
        number *= 1024 ** _BINARY[suffix]
    else:
        power = int(exponent) if exponent else _DECIMAL[suffix]
        number *= Fraction(10**power) if power >= 0 else Fraction(1, 10**-power)
    return number.numerator if number.denominator == 1 else number


def amount(text: str | float) -> float:
    """Return a quantity as a number of its base unit.

    Raises:
        ValueError: when it is none.
    """
    found = quantity(str(text).strip())
    if found is None or found < 0:
        raise ValueError(f"{text} is not a quantity; for example 256Mi or 500m")
    return float(found)


def share_of(text: str | None, whole: int, *, up: bool) -> int | None:
    """Return a count that is given as a number or as a percentage of `whole`, rounded as Kubernetes does."""
    if text is None:
        return None
    if text.isdecimal() and len(text) < 10:
        return int(text)
    if not (text.endswith("%") and text[:-1].isdecimal() and len(text) < 10):
        return None
    return -(-whole * int(text[:-1]) // 100) if up else whole * int(text[:-1]) // 100
