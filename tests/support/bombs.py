"""A few lines of YAML that stand for more than any machine holds."""

from __future__ import annotations


def bomb(levels: int = 40) -> str:
    """Return lists of lists, each of which holds the one before twice."""
    return "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, levels))
