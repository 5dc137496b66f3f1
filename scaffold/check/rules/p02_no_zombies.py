"""P02: no zombies, no orphans."""

from __future__ import annotations

import json
import re

from scaffold.check.edits import Edit, Spot
from scaffold.check.model.scope import Scope
from scaffold.check.model.workloads import Container, Job, Pod, ScaledJob
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.check.rules.shell import background, keeps_shell, only_waits, program_of, script_of
from scaffold.syntax.dockerfile import Dockerfile, Instruction, parse

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

_PLAIN = re.compile(r"[A-Za-z0-9_./:=@%+,-]+")
_SHELL_WORDS = frozenset(
    {"cd", "export", "source", ".", "exec", "set", "eval", "trap", "ulimit", "umask", "unset", "if", "for"}
)


class ShellForm(Rule[Dockerfile]):
    """ENTRYPOINT or CMD is written in shell form.

    `/bin/sh -c` is then PID 1, and it does not forward signals. SIGTERM never reaches the program, which is killed in
    the middle of its requests when the grace period ends.
    """

    id = "P02-shell-form"
    severity = "error"
    looks_at = Dockerfile

    def check(self, dockerfile: Dockerfile, scope: Scope) -> Problems:
        """Write a JSON list: `ENTRYPOINT ["dumb-init", "--", "program", "argument"]`."""
        for start in dockerfile.starts:
            if not start.value or re.match(r"exec\s", start.value):
                continue  # by `exec`, the shell becomes the program
            if start.words is None:
                yield Problem(start, f"{start.name} in shell form: /bin/sh is PID 1 and does not forward SIGTERM")

    def fix(self, spot: Spot) -> list[Edit]:
        """Write the words as a list, where a shell would do nothing with them but split them."""
        parsed = parse(spot.source)
        start = next((each for each in parsed.instructions if each.lines[0] == spot.line), None)
        if start is None or start.lines[0] != start.lines[1]:
            return []
        if start.name == "CMD" and parsed.effective("ENTRYPOINT") is not None:
            return []  # its words would go to the ENTRYPOINT: not the same
        words = start.value.split()
        column = spot.source.line(spot.line).find(start.value)
        if not _is_plain(words) or column < 0:
            return []
        begin = sum(len(line) + 1 for line in spot.text.split("\n")[: spot.line - 1]) + column
        return [Edit(begin, begin + len(start.value), json.dumps(words))]


def _is_plain(words: list[str]) -> bool:
    """Return whether a shell would do nothing with these words but start the program of the first."""
    if not words or words[0] in _SHELL_WORDS or "=" in words[0]:
        return False
    return all(_PLAIN.fullmatch(word) for word in words)


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
    script = script_of(words)
    if script is None:
        return words[0].rpartition("/")[2], words[0]
    word = "" if keeps_shell(script) else program_of(script)
    return word.rpartition("/")[2], word


class ShellWrapper(Rule[Container]):
    """A shell stays PID 1 in front of the program that it starts.

    `sh -c "prepare && serve"` waits for its last command and does not forward signals. SIGTERM never reaches the
    server, which is killed in the middle of its requests.
    """

    id = "P02-shell-wrapper"
    severity = "error"
    looks_at = Container

    def check(self, container: Container, scope: Scope) -> Problems:
        """Start the last command with `exec`, or move the preparation to an init container."""
        workload = container.workload
        if (
            container.role == "init"
            or isinstance(workload, Job | ScaledJob)
            or (isinstance(workload, Pod) and workload.ends)
        ):
            return
        words = container.words
        script = script_of([word.text() or "" for word in words])
        if script and keeps_shell(script) and not background(script) and not only_waits(script):
            at = next(word for word in words if word.text() == script)
            yield Problem(at, f"without exec, the shell stays PID 1 of {container.name} and does not forward SIGTERM")


class ShellWrapperInImage(Rule[Dockerfile]):
    """The image starts a shell that stays PID 1 in front of the program.

    `["sh", "-c", "prepare && serve"]` waits for its last command and does not forward signals. SIGTERM never reaches
    the server, which is killed in the middle of its requests.
    """

    id = "P02-shell-wrapper-in-image"
    severity = "error"
    looks_at = Dockerfile

    def check(self, dockerfile: Dockerfile, scope: Scope) -> Problems:
        """Start the last command with `exec`."""
        for start in dockerfile.starts:
            script = script_of(start.words or [])
            if script and keeps_shell(script) and not background(script):
                yield Problem(start, f"{start.name}: without exec, the shell stays PID 1 and does not forward SIGTERM")
