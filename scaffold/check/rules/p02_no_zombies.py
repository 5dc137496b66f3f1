"""P02: no zombies, no orphans."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from scaffold.check.edits import Edit, Spot
from scaffold.check.model.scope import Scope
from scaffold.check.model.shells import shell_in, shell_of
from scaffold.check.model.workloads import Container, Job, Pod, ScaledJob
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.check.rules.shell import SHELLS, ShellStart, Stays, background, only_waits, program_of, shell_start, stays
from scaffold.syntax.dockerfile import Dockerfile, Instruction, parse
from scaffold.syntax.yaml_nodes import Value

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
        for start, shell in _in_shell_form(dockerfile):
            if _form_stays(start, shell, dockerfile) == "yes":
                yield Problem(start, f"{start.name} in shell form: {shell} is PID 1 and does not forward SIGTERM")

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


def _in_shell_form(dockerfile: Dockerfile) -> Iterator[tuple[Instruction, str]]:
    """Yield what starts the image in shell form, and the shell that it gets: /bin/sh, or what SHELL says."""
    said = dockerfile.effective("SHELL")
    shell = (said.words or [""])[0] if said else "/bin/sh"
    for start in dockerfile.starts:
        if start.value and start.words is None and shell.rpartition("/")[2] in SHELLS:
            yield start, shell


def _form_stays(start: Instruction, shell: str, dockerfile: Dockerfile) -> Stays:
    """Return whether the shell stays; where /bin/sh does not, that of another base image may."""
    kept = stays(start.value, _real(shell, shell_in(dockerfile)))
    return "perhaps" if kept == "no" and shell.endswith("/sh") and stays(start.value, "dash") == "yes" else kept


def _real(shell: str, in_image: str) -> str:
    """Return what a shell really is: `sh` is another one in each distribution."""
    name = shell.rpartition("/")[2]
    return in_image if name == "sh" else name


class ShellFormUnsure(Rule[Dockerfile]):
    """ENTRYPOINT or CMD is written in shell form, and it depends on the base image whether the shell stays PID 1.

    On Debian and Ubuntu, `/bin/sh` is dash, which stays PID 1 and does not forward SIGTERM. BusyBox and newer versions
    of bash become the last program. A new base image can change that.
    """

    id = "P02-shell-form-unsure"
    severity = "warning"
    looks_at = Dockerfile

    def check(self, dockerfile: Dockerfile, scope: Scope) -> Problems:
        """Write a JSON list: `ENTRYPOINT ["dumb-init", "--", "program", "argument"]`."""
        for start, shell in _in_shell_form(dockerfile):
            if _form_stays(start, shell, dockerfile) == "perhaps":
                yield Problem(
                    start, f"{start.name} in shell form: {shell} may stay PID 1, which depends on the base image"
                )


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
    started = shell_start(words)
    if started is None:
        return words[0].rpartition("/")[2], words[0]
    kept = stays(started.script, _real(started.shell, shell_in(dockerfile)))
    word = program_of(started.script) if kept == "no" else ""
    return word.rpartition("/")[2], word


def _wrapper(container: Container, scope: Scope) -> tuple[Stays, ShellStart, Value] | None:
    """Return whether a shell stays in front of a container's program, how it is started, and the script's place.

    None where no shell starts anything that serves.
    """
    workload = container.workload
    runs_once = isinstance(workload, Job | ScaledJob) or (isinstance(workload, Pod) and workload.ends)
    if container.role == "init" or runs_once:
        return None
    words = container.words
    started = shell_start([word.text() or "" for word in words])
    if not started or not _hides(started) or only_waits(started.script):
        return None
    at = next(word for word in words if word.text() == started.script)
    return stays(started.script, _real(started.shell, shell_of(container, scope))), started, at


def _hides(started: ShellStart) -> bool:
    """Return whether a shell that stays would keep signals from what it starts; another rule has the background."""
    return bool(started.script.strip()) and not started.forwards and not background(started.script)


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
        if (found := _wrapper(container, scope)) and found[0] == "yes":
            _, started, at = found
            message = f"without exec, the shell stays {started.role} of {container.name} and does not forward SIGTERM"
            yield Problem(at, message)


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
        for start, started, kept in _wrappers(dockerfile):
            if kept == "yes":
                message = f"{start.name}: without exec, the shell stays {started.role} and does not forward SIGTERM"
                yield Problem(start, message)


def _wrappers(dockerfile: Dockerfile) -> Iterator[tuple[Instruction, ShellStart, Stays]]:
    for start in dockerfile.starts:
        started = shell_start(start.words or [])
        if started and _hides(started):
            yield start, started, stays(started.script, _real(started.shell, shell_in(dockerfile)))


class ShellWrapperUnsure(Rule[Container | Dockerfile]):
    """A shell starts the program without `exec`, and it depends on the image whether the shell stays PID 1.

    On Debian and Ubuntu, `/bin/sh` is dash, which stays PID 1 and does not forward SIGTERM. BusyBox and newer versions
    of bash become the last program. A new base image can change that.
    """

    id = "P02-shell-wrapper-unsure"
    severity = "warning"
    looks_at = (Container, Dockerfile)

    def check(self, subject: Container | Dockerfile, scope: Scope) -> Problems:
        """Start the last command with `exec`."""
        if isinstance(subject, Dockerfile):
            for start, started, kept in _wrappers(subject):
                if kept == "perhaps":
                    message = f"{start.name}: without exec, {started.shell} may stay {started.role}"
                    yield Problem(start, f"{message}, which depends on the base image")
        elif (found := _wrapper(subject, scope)) and found[0] == "perhaps":
            _, started, at = found
            message = f"without exec, {started.shell} may stay {started.role} of {subject.name}"
            yield Problem(at, f"{message}, which depends on the image")
