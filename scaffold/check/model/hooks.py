"""Hooks of containers."""

from __future__ import annotations

import re

from scaffold.syntax.yaml_nodes import Value

_SLEEP = re.compile(r"(?:^|[\s;&|/])sleep\s+([0-9]{1,6})(?:\.[0-9]+)?([smhd]?)(?=$|[\s;&|])")
_UNITS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds_of(hook: Value | None) -> int | None:
    """Return how long a hook sleeps; None where it does something else, 0 where there is none."""
    if hook is None:
        return 0
    if (seconds := hook.number("sleep", "seconds")) is not None:
        return seconds
    found = _SLEEP.search(" ".join(hook.item_texts("exec", "command")))
    return int(found[1]) * _UNITS[found[2]] if found else None
