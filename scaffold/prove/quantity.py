"""Kubernetes quantities, as its manifests write them.

https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
"""

from __future__ import annotations

import re
from decimal import Decimal

FACTORS = {
    "n": Decimal("1e-9"), "u": Decimal("1e-6"), "m": Decimal("1e-3"), "": Decimal(1),
    "k": Decimal(10**3), "M": Decimal(10**6), "G": Decimal(10**9), "T": Decimal(10**12),
    "Ki": Decimal(2**10), "Mi": Decimal(2**20), "Gi": Decimal(2**30), "Ti": Decimal(2**40),
}  # fmt: skip


def number(text: str | float) -> float:
    """Return a quantity as a number of its unit: bytes, or cores.

    Raises:
        ValueError: when it is none.
    """
    found = re.fullmatch(r"([0-9]+(?:\.[0-9]*)?(?:[eE][+-]?[0-9]+)?)([A-Za-z]*)", str(text).strip())
    if not found or found[2] not in FACTORS:
        raise ValueError(f"{text} is no quantity; for example 256Mi or 500m")
    return float(Decimal(found[1]) * FACTORS[found[2]])


def size(count: float) -> str:
    """Show a number of bytes in its nearest binary unit."""
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} GiB"
