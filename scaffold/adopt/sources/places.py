"""Names of folders and of the repository: the weakest source, for what nothing else names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.adopt import fits, strength
from scaffold.adopt.facts import Fact
from scaffold.adopt.found import Found
from scaffold.adopt.proposal import Place, Proposed

STRENGTH = strength.GUESSES


def facts(found: Found) -> Iterator[Fact]:
    """Yield the name of the service's folder as its name."""
    folder = found.prefix.rstrip("/").rpartition("/")[2] or found.files.top.name
    name = re.sub(r"[^a-z0-9-]+", "-", folder.lower()).strip("-")
    if fits.is_label(name):
        yield Proposed("name", name, "the folder is called so", (Place(found.prefix.rstrip("/") or "."),), sure=False)
    if not found.environments and found.dockerfile:
        why = "nothing is deployed yet, and no path of a probe is known; a connection needs nothing of the code"
        at = found.at(found.dockerfile.stages[-1].base.place())
        if found.compose is None or found.compose.get("healthcheck") is None:
            yield Proposed("probe_kind", "tcp", why, (at,), sure=False)
