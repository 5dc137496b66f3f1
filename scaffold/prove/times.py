"""Times as container runtimes and load generators write them."""

from __future__ import annotations

import re
from datetime import datetime


def epoch(stamp: str) -> float:
    """Return an RFC 3339 time, with or without fractions of a second, as seconds since the epoch.

    Raises:
        ValueError: when it is none.
    """
    found = re.fullmatch(r"(.+?)(\.\d+)?(Z|[+-]\d\d:\d\d)", stamp)
    if not found:
        raise ValueError(f"{stamp} is not an RFC 3339 time")
    return datetime.fromisoformat(found[1] + found[3]).timestamp() + float(found[2] or 0)
