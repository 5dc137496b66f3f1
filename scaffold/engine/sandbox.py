"""Jinja's sandbox, and what it leaves open: numbers and texts without bound, and filters that show this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import SandboxedEnvironment

LARGEST_TEXT = 8 * 1024 * 1024
"""Characters of one file, or of what one macro gives; the largest file of the template has some 200 KiB."""

_LARGEST_PRODUCT = 1_000_000
"""Items or characters of what `*` repeats."""

_LARGEST_NUMBER = 4096
"""Bits of what `*` and `**` give for whole numbers."""

MACHINE_FILTERS = ("expanduser", "expandvars", "fileglob", "realpath", "relpath")
"""Filters of Copier's that show the environment, the working folder or the files of who renders."""


class BoundedEnvironment(SandboxedEnvironment):
    """A sandbox whose products, powers and texts have a largest size."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Multiply, or raise to a power, as far as the result stays small.

        Raises:
            SecurityError: when it would not.
        """
        if operator == "**":
            if isinstance(left, int) and isinstance(right, int) and left.bit_length() * abs(right) > _LARGEST_NUMBER:
                raise SecurityError(f"a power has more than {_LARGEST_NUMBER} bits")
        elif isinstance(left, int) and isinstance(right, int):
            if left.bit_length() + right.bit_length() > _LARGEST_NUMBER:
                raise SecurityError(f"a product has more than {_LARGEST_NUMBER} bits")
        elif _repeated(left, right) > _LARGEST_PRODUCT:
            raise SecurityError(f"a product has more than {_LARGEST_PRODUCT:,} items or characters")
        return super().call_binop(context, operator, left, right)

    @staticmethod
    def concat(parts: Iterable[str]) -> str:
        """Join the parts of a text.

        Raises:
            SecurityError: when it is larger than LARGEST_TEXT; before that, `scaffold.engine.bounds` limits the memory.
        """
        text = "".join(parts)
        if len(text) > LARGEST_TEXT:
            raise SecurityError(f"a text has more than {LARGEST_TEXT // (1024 * 1024)} Mi characters")
        return text


def _repeated(left: Any, right: Any) -> int:
    """Return how long a repeated text or list gets; 0 where nothing is repeated."""
    for one, times in ((left, right), (right, left)):
        if isinstance(times, int) and isinstance(one, str | bytes | list | tuple):
            return len(one) * times
    return 0


def refused_filters() -> Mapping[str, Callable[..., Any]]:
    """Return a stand-in for each filter that shows this machine; it notes that and gives nothing."""
    return {name: _refused(name) for name in MACHINE_FILTERS}


def _refused(name: str) -> Callable[..., Any]:
    def refuse(*_: Any, **__: Any) -> Any:
        raise SecurityError(
            f"the filter {name} shows this machine's files or environment, so scaffold has no such filter"
        )

    return refuse
