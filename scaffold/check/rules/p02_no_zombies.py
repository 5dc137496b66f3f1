"""P02: no zombies, no orphans."""

from __future__ import annotations

import re

from scaffold.check.model.scope import Scope
from scaffold.check.model.shells import shell_in
from scaffold.check.model.workloads import Container
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.check.rules.shell import program_of, real_shell, shell_start, stays
from scaffold.syntax.dockerfile import Dockerfile, Instruction

INITS = frozenset(
    {
        *("catatonit", "docker-init", "dumb-init", "init", "my_init", "pid1", "runit", "runit-init", "runsvdir"),
        *("s6-overlay", "s6-svscan", "supervisord", "systemd", "tini", "tini-static", "yelp-init"),
    }
)
"""Programs made to be PID 1."""

_OWN_INIT = frozenset({"apache2", "apache2-foreground", "envoy", "haproxy", "httpd", "nginx", "postgres"})
"""Servers that handle SIGTERM and wait for their own children."""

_WINDOWS = re.compile(r"(?:^|[/-])(?:windows|nanoserver|servercore)(?:$|[/:-])")

_ARGUMENT = re.compile(r"-.*|.+\.(?:[cm]?js|ts|py|rb|php|pl|jar|dll)", re.DOTALL)
"""A word that is rather an argument of an ENTRYPOINT than a program."""

_DISTROLESS = re.compile(r"/distroless/(nodejs|python|java)")
_RUNTIMES = {"nodejs": "node", "python": "python3", "java": "java"}
"""What the ENTRYPOINT of distroless images starts: https://github.com/GoogleContainerTools/distroless."""


class InitBypassed(Rule[Container]):
    """A manifest's `command` replaces the image's ENTRYPOINT, and so its init.

    `command` replaces ENTRYPOINT, and `args` replaces CMD. The init of the Dockerfile never runs, so orphans stay as
    zombies and SIGTERM may be ignored.
    """

    id = "P02-init-bypassed"
    severity = "warning"
    looks_at = Container

    def check(self, container: Container, scope: Scope) -> Problems:
        """Give the program's arguments as `args`, or start `command` with the same init."""
        command = container.value.items("command")
        if not command or (command[0].text() or "").rpartition("/")[2] in INITS or container.role == "init":
            return
        dockerfile = scope.repository.images.dockerfile_of(container)
        entrypoint = dockerfile.effective("ENTRYPOINT") if dockerfile else None
        if entrypoint and entrypoint.words and entrypoint.words[0].rpartition("/")[2] in INITS:
            message = f"command replaces the ENTRYPOINT, so {entrypoint.words[0]} is not PID 1 of {container.name}"
            yield Problem(command[0], message, also=(entrypoint,))


class NoInit(Rule[Dockerfile]):
    """The program itself is PID 1, without an init.

    The kernel treats PID 1 differently: SIGTERM does nothing unless the program handles it. Orphans of its children
    stay as zombies, because nobody waits for them.
    """

    id = "P02-no-init"
    severity = "warning"
    kind = "hygiene"
    looks_at = Dockerfile

    def check(self, dockerfile: Dockerfile, scope: Scope) -> Problems:
        """Start the program with a small init: `ENTRYPOINT ["dumb-init", "--", "program"]`."""
        start = dockerfile.effective("ENTRYPOINT") or dockerfile.effective("CMD")
        if not start or not start.words or dockerfile.shares_processes:
            return
        if _WINDOWS.search(dockerfile.final[-1].image):  # which has no PID 1
            return
        program, word = _first_process(dockerfile, start)
        if program and program not in INITS | _OWN_INIT and not program.endswith((".sh", "entrypoint")):
            yield Problem(start.place(word), f"{program} is PID 1: it ignores SIGTERM by default, and reaps no orphans")


def _first_process(dockerfile: Dockerfile, start: Instruction) -> tuple[str, str]:
    """Return the program that becomes PID 1, and the word that names it; nothing where it is not known.

    A shell becomes what it starts by `exec`; where it stays, ShellWrapperInImage reports it. A CMD without ENTRYPOINT
    may be arguments of the base image's own one, of which only those of distroless images are known.
    """
    words = start.words or [""]
    if start.name == "CMD" and _ARGUMENT.fullmatch(words[0]):
        found = _DISTROLESS.search(dockerfile.final[-1].image)
        return (_RUNTIMES[found[1]], words[0]) if found else ("", "")
    started = shell_start(words)
    if started is None:
        return words[0].rpartition("/")[2], words[0]
    kept = stays(started.script, real_shell(started.shell, shell_in(dockerfile)))
    word = program_of(started.script) if kept == "no" else ""
    return word.rpartition("/")[2], word
