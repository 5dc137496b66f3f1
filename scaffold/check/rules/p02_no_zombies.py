"""P02: no zombies, no orphans."""

from __future__ import annotations

from scaffold.check.dockerfile import Dockerfile
from scaffold.check.findings import Problem
from scaffold.check.model.containers import Container
from scaffold.check.rules.rule import Problems, Rule

INITS = frozenset({"dumb-init", "tini", "tini-static", "docker-init", "catatonit", "s6-overlay", "pid1", "yelp-init"})
"""Programs made to be PID 1."""


class ShellForm(Rule[Dockerfile]):
    """ENTRYPOINT or CMD is written in shell form.

    Then `/bin/sh -c` is PID 1: it passes no signal on, so SIGTERM never reaches the program, which is killed in the
    middle of its requests when the grace period is over.
    """

    id = "P02-shell-form"
    severity = "error"
    looks_at = Dockerfile
    fixable = True

    def check(self, dockerfile: Dockerfile) -> Problems:
        """Write a JSON list: `ENTRYPOINT ["dumb-init", "--", "program", "argument"]`."""
        for name in ("ENTRYPOINT", "CMD"):
            instruction = dockerfile.effective(name)
            if instruction and instruction.value and instruction.words is None:
                yield Problem(instruction, f"{name} in shell form: /bin/sh is PID 1 and keeps SIGTERM to itself")


class InitBypassed(Rule[Container]):
    """A manifest's `command` takes the place of the image's ENTRYPOINT, and with it of the init.

    `command` replaces ENTRYPOINT, `args` replaces CMD: the init that the Dockerfile puts in front never runs, so
    orphans stay as zombies and SIGTERM may be ignored.
    """

    id = "P02-init-bypassed"
    severity = "error"
    looks_at = Container

    def check(self, container: Container) -> Problems:
        """Give the program's arguments as `args`, or start `command` with the same init."""
        command = container.value.items("command")
        if not command or (command[0].text() or "").rpartition("/")[2] in INITS or container.role == "init":
            return
        dockerfile = container.workload.scope.repository.dockerfile_of(container)
        entrypoint = dockerfile.effective("ENTRYPOINT") if dockerfile else None
        if entrypoint and entrypoint.words and entrypoint.words[0].rpartition("/")[2] in INITS:
            message = f"replaces the ENTRYPOINT, so {entrypoint.words[0]} is not PID 1 of {container.name}"
            yield Problem(command[0], message, also=(entrypoint,))
