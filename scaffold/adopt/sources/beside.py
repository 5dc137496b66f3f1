"""Manifests: other containers of the pod, for which the template has patterns and no question."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.adopt import strength
from scaffold.adopt.facts import Fact
from scaffold.adopt.found import Found

STRENGTH = strength.RUNS


def facts(found: Found) -> Iterator[Fact]:
    """Yield a sentence for each container beside that of the service."""
    live = found.production
    if live is None:
        return
    for each in live.server.all_containers:
        if each.value is live.container.value:
            continue
        at = found.at(each.at)
        if each.role == "init":
            yield (
                f"{at}: {live.title} has the init container {each.name}, which no answer gives. Let "
                "the program prepare what it needs, or add the container as a patch of the overlays."
            )
        else:
            yield (
                f"{at}: {live.title} has the container {each.name} beside the service. Answer breaker "
                "or limiter for what it does, or add it as a patch of the overlays."
            )
