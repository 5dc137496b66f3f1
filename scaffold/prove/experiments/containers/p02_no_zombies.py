"""P02: no zombies, no orphans."""

from __future__ import annotations

from scaffold.prove.containers.container import Container
from scaffold.prove.containers.lab import ContainerLab
from scaffold.prove.model import Experiment, Failed, Record, Skip, Stage
from scaffold.prove.runtime import CommandFailed

MARGIN = 0.5
"""Seconds that reading the clock through the runtime may take."""


def zombies(lab: ContainerLab, record: Record) -> None:
    """Leave orphans behind that end soon, and count those that nobody has reaped."""
    with lab.serve() as container:
        first = container.processes()[0]
        record.measure("PID 1", first.name)
        record.measure("processes", len(container.processes()))
        _leave_orphans(container, 3)
        lab.clock.sleep(1)
        left = [each for each in container.processes() if each.state == "Z"]
        record.measure("zombies", len(left))
        record.expect(
            not left,
            f"{len(left)} of 3 orphans stay as zombies: {first.name} is PID 1 and reaps none; use dumb-init or tini",
        )


def _leave_orphans(container: Container, count: int) -> None:
    if not container.has_shell:
        raise Skip("the image has no shell to leave orphans with")
    try:
        container.exec("sh", "-c", "for each in " + "x " * count + "; do sleep 0.4 & done; sleep 0.1")
    except CommandFailed as error:
        raise Skip(f"no orphans could be left: {error}") from None


def stop(lab: ContainerLab, record: Record) -> None:
    """Send SIGTERM to an idle service, as the kubelet does, and wait for its end."""
    allowed = lab.subject.shutdown_seconds or 10.0
    with lab.serve() as container:
        container.ask(lab.subject.ports[0].name, lab.subject.path)
        container.signal("TERM")
        ended = container.wait(allowed + 5)
        if ended is None:
            raise Failed(f"still runs {allowed + 5:.0f} s after SIGTERM: PID 1 ignores it or does not pass it on")
        record.measure("SIGTERM to exit", ended.seconds, "s")
        record.measure("exit code", ended.code)
        record.expect(
            ended.seconds <= allowed + MARGIN, f"{ended.seconds:.1f} s from SIGTERM to exit; {allowed:g} s are allowed"
        )
        record.expect(
            ended.code in (0, 143), f"exit code {ended.code} after SIGTERM; 0 (or 143) says that all was done"
        )


EXPERIMENTS = (
    Experiment(
        "P02-zombies",
        Stage.CONTAINER,
        "Who reaps processes whose parent has gone?",
        "no zombie after three orphans",
        zombies,
    ),
    Experiment(
        "P02-stop",
        Stage.CONTAINER,
        "Does SIGTERM end it?",
        "exit code 0 within the shutdown time",
        stop,
        seconds=120,
    ),
)
