"""Where facts about a service come from, a module each: a new module needs no registration.

Each has `STRENGTH`, one of `scaffold.adopt.strength`, and `facts`.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from scaffold.adopt.facts import Fact
from scaffold.adopt.found import Found


def all_facts(found: Found) -> list[list[Fact]]:
    """Return the facts of each source, the strongest first."""
    modules = [import_module(f"{__name__}.{each.name}") for each in iter_modules(__path__)]
    ordered: list[list[Fact]] = []
    for module in sorted(modules, key=lambda each: (-each.STRENGTH, each.__name__)):
        given: Iterator[Fact] = module.facts(found)
        ordered.append(list(given))
    return ordered
