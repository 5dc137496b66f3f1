"""The container runtime: one thin adapter over the commands that docker and podman have in common."""

from __future__ import annotations

import json
import os
import platform
import shutil
import tempfile
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from scaffold import programs
from scaffold.errors import BuildError, PlatformError
from scaffold.programs import Done, operand

KNOWN = ("docker", "podman")
LABEL = "io.kube-scaffold.prove"
"""The label of everything that a run starts; its value is the run's id, LABEL.pid its process."""

INSTALL = "install Docker (https://docs.docker.com/engine/install) or Podman (https://podman.io/docs/installation)"


class CommandFailed(Exception):  # noqa: N818 - handled where it happens
    """The runtime refused a command; `output` is what it said."""

    def __init__(self, words: Sequence[str], output: str, code: int = -1) -> None:
        """Keep the command, what it said, and its exit code (-1: it did not end)."""
        super().__init__(f"{' '.join(words[:2])}: {_last_line(output)}")
        self.output = output
        self.code = code


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "failed without output"


@dataclass(frozen=True)
class Runtime:
    """A container runtime that works here; `run` is the id of this run of ours."""

    program: str
    is_podman: bool
    run: str = field(default_factory=lambda: uuid.uuid4().hex[:12])

    @property
    def name(self) -> str:
        """Its name, as people say it."""
        return Path(self.program).name

    def call(self, *words: str, timeout: float = 60) -> str:
        """Run one of its commands and return what it prints.

        It runs in a folder of its own, since podman leaves a file `oom` where it was called when memory runs out.

        Raises:
            CommandFailed: when it refuses, or does not end within `timeout` seconds.
        """
        try:
            with tempfile.TemporaryDirectory(prefix="scaffold-prove-") as folder:
                done = programs.run([self.program, *words], folder=Path(folder), seconds=timeout)
        except programs.ProgramError as error:
            raise CommandFailed(words, f"it {error}") from error
        if done.code != 0:
            raise CommandFailed(words, done.said, done.code)
        return done.text

    def output(self, *words: str, timeout: float = 60) -> Done:
        """Run one of its commands and return all that came of it, whatever its exit code.

        Raises:
            CommandFailed: when it can't be started, or does not end within `timeout` seconds.
        """
        try:
            return programs.run([self.program, *words], seconds=timeout)
        except programs.ProgramError as error:
            raise CommandFailed(words, f"it {error}") from error

    def inspect(self, kind: str, name: str) -> dict[str, Any]:
        """Return what the runtime knows of an image or a container.

        Raises:
            CommandFailed: when it knows none, or the name would be an option.
        """
        found: list[dict[str, Any]] = json.loads(self.call(kind, "inspect", self.named(name)))
        return found[0]

    def named(self, reference: str) -> str:
        """Return the name of an image or container as a word that is not an option.

        Raises:
            CommandFailed: when it would be one.
        """
        try:
            return operand(reference)
        except programs.ProgramError as error:
            raise CommandFailed(("image",), str(error)) from error

    def labels(self, experiment: str = "") -> list[str]:
        """Return the options that label what is started."""
        return [
            f"--label={LABEL}={self.run}",
            f"--label={LABEL}.pid={os.getpid()}",
            f"--label={LABEL}.host={platform.node()}",
            *([f"--label={LABEL}.experiment={experiment}"] if experiment else []),
        ]

    def remove(self, *containers: str) -> None:
        """End containers at once, with the volumes that they brought."""
        if containers:
            kill_at_once = ["--time=0"] if self.is_podman else []  # docker does so anyway
            self.call("rm", "--force", "--volumes", *kill_at_once, *containers, timeout=120)

    def started(self, label: str) -> list[str]:
        """Return the containers, running or not, that have a label (`name` or `name=value`)."""
        return self.call("ps", "--all", "--quiet", "--no-trunc", f"--filter=label={label}").split()

    def end_run(self) -> None:
        """End every container that this run has started and that is still there."""
        self.remove(*self.started(f"{LABEL}={self.run}"))


def find_runtime(named: str | None = None) -> Runtime:
    """Return the named runtime, otherwise the first of docker and podman that works here.

    Raises:
        PlatformError: when there is none; it names why each was refused and what to install.
    """
    reasons = []
    for name in [named] if named else KNOWN:
        program = shutil.which(name)
        if not program:
            reasons.append(f"{name} is not on the PATH")
            continue
        try:
            told = programs.run([program, "--version"], seconds=60).text.lower()
            runtime = Runtime(program, is_podman="podman" in told)  # also where `docker` is podman under that name
            runtime.call("ps", "--quiet")
        except (CommandFailed, programs.ProgramError) as error:
            reasons.append(f"{name} does not work ({_reason(error)})")
            continue
        return runtime
    raise PlatformError(f"no container runtime: {'; '.join(reasons)}. Start it, or {INSTALL}.")


def _reason(error: Exception) -> str:
    return _last_line(error.output) if isinstance(error, CommandFailed) else f"it {error}"


def sweep(runtime: Runtime) -> list[str]:
    """End what earlier runs left behind, those that were killed; return the ids of the containers.

    A run whose process is still there keeps what it has, and so does one of another machine on a shared engine.
    """
    containers = runtime.started(LABEL)
    left = [each for each in containers if is_left(runtime.inspect("container", each)["Config"].get("Labels") or {})]
    runtime.remove(*left)
    return left


def is_left(labels: Mapping[str, str]) -> bool:
    """Return, from its labels, whether something was started on this machine by a run that has ended."""
    pid = labels.get(f"{LABEL}.pid", "")
    if not pid.isdecimal() or labels.get(f"{LABEL}.host") != platform.node():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:  # somebody else's, so it is there
        return False
    return False


def build(
    runtime: Runtime,
    folder: Path,
    tag: str,
    arguments: Sequence[str],
    *,
    dockerfile: str = "Dockerfile",
    context: str = ".",
    timeout: float = 1800,
) -> str:
    """Build a folder's Dockerfile as `tag`; return the image's id.

    `dockerfile` and `context`, what it is built from, are paths from the folder.

    Raises:
        BuildError: with the end of what the build said.
    """
    words = ["build", f"--tag={tag}", *(f"--build-arg={each}" for each in arguments)]
    words += [f"--file={folder.absolute() / dockerfile}"] if (dockerfile, context) != ("Dockerfile", ".") else []
    try:
        runtime.call(*words, str(folder.absolute() / context), timeout=timeout)
    except CommandFailed as error:
        end = "\n".join(error.output.strip().splitlines()[-20:])
        raise BuildError(f"{folder}: the image did not build:\n{end}") from error
    return image_id(runtime, tag)


def image_id(runtime: Runtime, reference: str) -> str:
    """Return the id of an image that is here, pulled now where it is not.

    Raises:
        BuildError: when it is nowhere.
    """
    try:
        return str(runtime.inspect("image", reference)["Id"])
    except CommandFailed:
        try:
            runtime.call("pull", "--quiet", runtime.named(reference), timeout=600)
            return str(runtime.inspect("image", reference)["Id"])
        except CommandFailed as error:
            reason = f"{runtime.name} can't pull it: {_reason(error)}"
            raise BuildError(f"{reference}: there is no such image here, and {reason}.") from error
