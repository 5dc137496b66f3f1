"""P06: immutable containers."""

from __future__ import annotations

from scaffold.check.findings import Problem
from scaffold.check.model.containers import Container
from scaffold.check.rules.rule import Problems, Rule


class WritableRoot(Rule[Container]):
    """A container may write to its root file system.

    What is written there burdens the node's storage driver, has no bound, is gone with the container, and lets an
    intruder change the program.
    """

    id = "P06-writable-root"
    severity = "warning"
    looks_at = Container

    def check(self, container: Container) -> Problems:
        """Set `securityContext.readOnlyRootFilesystem: true`, and mount an emptyDir where the program must write."""
        value = container.value.get("securityContext", "readOnlyRootFilesystem")
        if value is None or not value.is_true():
            yield Problem(value or container.at, f"{container.name} may write to its root file system")
