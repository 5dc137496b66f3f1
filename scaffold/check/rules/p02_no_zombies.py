"""P02: no zombies, no orphans."""

from __future__ import annotations

from scaffold.check.dockerfile import Dockerfile
from scaffold.check.findings import Problem
from scaffold.check.rules.rule import Problems, Rule


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
