"""Numbers of bytes as people write them."""

from __future__ import annotations


def size(count: float) -> str:
    """Return a number of bytes in its nearest binary unit: `8 MiB`, `12.5 KiB`."""
    for unit in ("B", "KiB", "MiB"):
        if count < 1024:
            return f"{round(count, 1):g} {unit}"
        count /= 1024
    return f"{round(count, 1):g} GiB"
