"""P13: quotas."""

from __future__ import annotations

from scaffold.check.findings import Problem
from scaffold.check.model.containers import Container
from scaffold.check.rules.rule import Problems, Rule


class MemoryLimit(Rule[Container]):
    """A container has no memory limit.

    When it leaks, the node runs out of memory, and the kernel kills whatever it finds there.
    """

    id = "P13-memory-limit"
    severity = "error"
    looks_at = Container

    def check(self, container: Container) -> Problems:
        """Set `resources.limits.memory`, and the same or less as its request."""
        if not container.value.get("resources", "limits", "memory"):
            yield Problem(container.at, f"{container.name} has no memory limit: a leak takes the node down with it")
