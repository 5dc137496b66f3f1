"""P04: no hidden background process: what runs is watched."""

from __future__ import annotations

from scaffold.check.findings import Problem
from scaffold.check.model.objects import Server
from scaffold.check.rules.rule import Problems, Rule


class LivenessProbe(Rule[Server]):
    """A container that serves has no liveness probe.

    When its server hangs or dies behind a parent that lives, the container counts as running for ever.
    """

    id = "P04-liveness-probe"
    severity = "warning"
    looks_at = Server

    def check(self, server: Server) -> Problems:
        """Add a livenessProbe that asks the server itself something cheap, and none of its dependencies."""
        for container in server.containers:
            if container.role == "main" and container.ports and not container.liveness:
                yield Problem(container.at, f"no livenessProbe: a hung {container.name} is never restarted")
