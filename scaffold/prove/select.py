"""Which experiments there are, and which of them are wanted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module
from pkgutil import iter_modules

from scaffold.errors import OptionError
from scaffold.prove.experiments import cluster, containers
from scaffold.prove.model import Experiment
from scaffold.text.nearest import suggest

FOLDERS = (containers, cluster)


def experiments() -> list[Experiment]:
    """Return every experiment of both stages, by pattern."""
    names = [f"{folder.__name__}.{each.name}" for folder in FOLDERS for each in iter_modules(folder.__path__)]
    found = [each for name in names for each in import_module(name).EXPERIMENTS]
    return sorted(found, key=lambda each: (each.pattern, each.stage))


def choose(known: Iterable[Experiment], only: Sequence[str]) -> list[Experiment]:
    """Return the experiments that `only` names by pattern (P08), id (P08-drain) or stage (cluster); all for no name.

    Raises:
        OptionError: for a name that fits none, with the nearest right one.
    """
    everything = list(known)
    fits = {
        name: [e for e in everything if name.lower() in (e.pattern.lower(), e.id.lower(), e.stage)] for name in only
    }
    for name, found in fits.items():
        if not found:
            names = sorted({word for each in everything for word in (each.pattern, each.id)})
            near = suggest(name, names, "`scaffold prove --list` shows all.")
            raise OptionError(f"--only {name}: there is no such pattern or experiment. {near}")
    return [each for each in everything if not only or any(each in found for found in fits.values())]
