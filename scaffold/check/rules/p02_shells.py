"""P02: no shell in front of the program: it keeps signals to itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

from scaffold.check.edits import Edit, Spot
from scaffold.check.model.scope import Scope
from scaffold.check.model.serving import serves
from scaffold.check.model.shells import shell_in, shell_of
from scaffold.check.model.workloads import Container
from scaffold.check.rules.p02_no_zombies import INITS
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.check.rules.shell import (
    SHELLS,
    ShellStart,
    Stays,
    background,
    forwards,
    is_shell,
    only_waits,
    real_shell,
    shell_start,
    stays,
)
from scaffold.syntax.dockerfile import Dockerfile, Instruction, parse
from scaffold.syntax.yaml_nodes import Value

_PLAIN = re.compile(r"[A-Za-z0-9_./:=@%+,-]+")
_LOAD = re.compile(r"(?:^|-)(?:(?:load|traffic|trace)-?(?:gen(?:erator)?|test(?:er)?)|load|locust|k6|fortio)(?:-|$)")
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
        for start, shell, kept in scope.once(_in_shell_form, dockerfile):
            if kept == "yes":
                name = start.instruction.name
                message = f"{name} in shell form: {shell} is {start.role} and does not forward SIGTERM"
                yield Problem(start.instruction, message)

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


@dataclass(frozen=True)
class _Start:
    """An ENTRYPOINT or a CMD of an image, and the words of the ENTRYPOINT in front of it."""

    instruction: Instruction
    before: tuple[str, ...] = ()

    def judged(self, kept: Stays) -> Stays:
        """Return whether a shell here keeps signals, if it stays: another program in front may do what it likes."""
        if forwards(self.before):
            return "no"
        known = not self.before or self.before[0].rpartition("/")[2] in INITS
        return kept if known or kept == "no" else "perhaps"

    @property
    def role(self) -> str:
        """Return what the shell is in the container."""
        return f"below {self.before[0].rpartition('/')[2]}" if self.before else "PID 1"


def _starts(dockerfile: Dockerfile) -> Iterator[_Start]:
    """Yield what starts the image: behind an ENTRYPOINT in shell form a CMD is lost, behind another it is arguments."""
    entrypoint = dockerfile.effective("ENTRYPOINT")
    for each in dockerfile.starts:
        if each is entrypoint or entrypoint is None:
            yield _Start(each)
        elif entrypoint.words is not None:
            yield _Start(each, tuple(entrypoint.words))


def _in_shell_form(dockerfile: Dockerfile, scope: Scope) -> list[tuple[_Start, str, Stays]]:
    """Return what starts the image in shell form, the shell that it gets (/bin/sh, or that of SHELL), and if it stays.

    Where /bin/sh does not, that of another base image may. Nothing of an image that does not serve.
    """
    if not serves(dockerfile, scope):
        return []
    found = []
    said = dockerfile.effective("SHELL")
    shell = (said.words or [""])[0] if said else "/bin/sh"
    for start in _starts(dockerfile):
        script = start.instruction.value
        if not script or start.instruction.words is not None or shell.rpartition("/")[2] not in SHELLS:
            continue
        if is_shell(script) or only_waits(script):
            continue
        kept = stays(script, real_shell(shell, shell_in(dockerfile)))
        if kept == "no" and shell.endswith("/sh") and stays(script, "dash") == "yes":
            kept = "perhaps"
        found.append((start, shell, start.judged(kept)))
    return found


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
        for start, shell, kept in scope.once(_in_shell_form, dockerfile):
            if kept == "perhaps":
                message = f"{start.instruction.name} in shell form: {shell} may stay {start.role}"
                yield Problem(start.instruction, f"{message}, which depends on the base image")


def _is_plain(words: list[str]) -> bool:
    """Return whether a shell would do nothing with these words but start the program of the first."""
    if not words or words[0] in _SHELL_WORDS or "=" in words[0]:
        return False
    return all(_PLAIN.fullmatch(word) for word in words)


def _wrapper(container: Container, scope: Scope) -> tuple[Stays, ShellStart, Value] | None:
    """Return whether a shell stays in front of a container's program, how it is started, and the script's place.

    None where no shell starts anything that serves.
    """
    if container.role == "init" or container.workload.runs_once or _makes_load(container, scope):
        return None
    started = shell_start(container.word_texts)
    if not started or not _hides(started) or only_waits(started.script):
        return None
    at = next(word for word in container.words if word.text() == started.script)
    return stays(started.script, real_shell(started.shell, shell_of(container, scope))), started, at


def _makes_load(container: Container, scope: Scope) -> bool:
    """Return whether a container only sends requests to others, by its name: nobody sends it any."""
    names = (container.name, container.workload.name)
    return any(map(_LOAD.search, names)) and not container.ports and not scope.services_of(container.workload)


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
        if (found := scope.once(_wrapper, container)) and found[0] == "yes":
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
        for start, started, kept in scope.once(_wrappers, dockerfile):
            if kept == "yes":
                role = start.role if start.before else started.role
                message = f"{start.instruction.name}: without exec, the shell stays {role}"
                yield Problem(start.instruction, f"{message} and does not forward SIGTERM")


def _wrappers(dockerfile: Dockerfile, scope: Scope) -> list[tuple[_Start, ShellStart, Stays]]:
    found = []
    for start in _starts(dockerfile) if serves(dockerfile, scope) else ():
        started = shell_start(start.instruction.words or [])
        if started and _hides(started) and not only_waits(started.script):
            kept = stays(started.script, real_shell(started.shell, shell_in(dockerfile)))
            found.append((start, started, start.judged(kept)))
    return found


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
            for start, started, kept in scope.once(_wrappers, subject):
                if kept == "perhaps":
                    role = start.role if start.before else started.role
                    message = f"{start.instruction.name}: without exec, {started.shell} may stay {role}"
                    yield Problem(start.instruction, f"{message}, which depends on the base image")
        elif (found := scope.once(_wrapper, subject)) and found[0] == "perhaps":
            _, started, at = found
            message = f"without exec, {started.shell} may stay {started.role} of {subject.name}"
            yield Problem(at, f"{message}, which depends on the image")
