"""P04: no hidden background process: what runs is watched."""

from __future__ import annotations

import re

from scaffold.check.model.scope import Scope
from scaffold.check.model.workloads import Container, Server
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.check.rules.shell import background, script_of
from scaffold.syntax.dockerfile import Dockerfile

_LONGEST_SCRIPT = 1000  # of one that asks nothing


class LivenessProbe(Rule[Server]):
    """A container that serves has no liveness probe.

    When its server hangs, or dies while its parent process lives, the container still counts as running.
    """

    id = "P04-liveness-probe"
    severity = "warning"
    kind = "hygiene"
    looks_at = Server

    def check(self, server: Server, scope: Scope) -> Problems:
        """Add a livenessProbe that makes a cheap request to the server itself, and does not depend on others."""
        for container in server.containers:
            if container.role == "main" and container.ports and not container.liveness:
                yield Problem(container.at, f"no livenessProbe: a hung {container.name} is never restarted")


class HealthcheckIgnored(Rule[Container]):
    """An image's HEALTHCHECK is the only check of a container.

    Only Docker runs a HEALTHCHECK; Kubernetes never does. In a cluster, nothing notices that the server hangs.
    """

    id = "P04-healthcheck-ignored"
    severity = "warning"
    looks_at = Container

    def check(self, container: Container, scope: Scope) -> Problems:
        """Add a livenessProbe that does the same check to the container."""
        if container.role == "init" or container.liveness or not isinstance(container.workload, Server):
            return
        dockerfile = scope.repository.images.dockerfile_of(container)
        found = dockerfile.effective("HEALTHCHECK") if dockerfile else None
        if found and found.value.upper() != "NONE":
            message = f"Kubernetes does not run HEALTHCHECK, and {container.name} has no livenessProbe"
            yield Problem(found, message, also=(container.at,))


class BackgroundProcess(Rule[Container]):
    """A container's script puts a process into the background.

    When that process dies, its parent lives on: the container counts as running, but nothing serves.
    """

    id = "P04-background-process"
    severity = "error"
    looks_at = Container

    def check(self, container: Container, scope: Scope) -> Problems:
        """Run one process per container. Move the other one to its own container or a sidecar."""
        script = script_of(container.word_texts)
        ends = container.workload.runs_once or container.role == "init"
        if script and not ends and background(script):
            at = next(word for word in container.words if word.text() == script)
            yield Problem(at, f"{container.name} runs a process in the background: nothing notices when it dies")


class BackgroundInImage(Rule[Dockerfile]):
    """The image's command puts a process into the background.

    When that process dies, its parent lives on: the container counts as running, but nothing serves.
    """

    id = "P04-background-in-image"
    severity = "error"
    looks_at = Dockerfile

    def check(self, dockerfile: Dockerfile, scope: Scope) -> Problems:
        """Run one process per container, in the foreground."""
        for start in dockerfile.starts:
            script = script_of(start.words) if start.words else start.value
            if script and background(script):
                yield Problem(start, "the image runs a process in the background: nothing notices when it dies")


class LivenessAsksNothing(Rule[Container]):
    """A liveness probe checks nothing.

    `true`, `echo` or `ls` succeed while the server hangs, so Kubernetes never restarts it.
    """

    id = "P04-liveness-asks-nothing"
    severity = "warning"
    looks_at = Container

    def check(self, container: Container, scope: Scope) -> Problems:
        """Check the server itself, by HTTP, TCP or gRPC."""
        words = container.liveness.command if container.liveness else []
        script = (script_of(words) or " ".join(words)).strip()
        if (
            words
            and container.liveness
            and len(script) < _LONGEST_SCRIPT
            and re.fullmatch(r"(?:/\S+/)?(?:true|:|echo\b.*|ls\b.*|exit 0|date|pwd)", script)
        ):
            command = container.liveness.value.get("exec", "command")
            yield Problem(command or container.liveness.value, f"`{script}` succeeds while {container.name} hangs")
