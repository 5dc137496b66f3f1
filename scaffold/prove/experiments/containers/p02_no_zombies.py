"""P02: no zombies, no orphans."""

from __future__ import annotations

from scaffold.prove.containers.container import RunningContainer
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


def _leave_orphans(container: RunningContainer, count: int) -> None:
    if not container.has_shell:
        raise Skip("the image has no shell, which this experiment needs to make orphans")
    try:
        container.exec("sh", "-c", "for each in " + "x " * count + "; do sleep 0.4 & done; sleep 0.1")
    except CommandFailed as error:
        raise Skip(f"no orphans could be made: {error}") from None


def stop(lab: ContainerLab, record: Record) -> None:
    """Send SIGTERM to an idle service, as the kubelet does, and wait for its end."""
    allowed = lab.subject.shutdown_seconds or 10.0
    with lab.serve() as container:
        container.ask(lab.subject.ports[0].name, lab.subject.path)
        container.signal(lab.stage.stop_signal)
        ended = container.wait(allowed + 5)
        if ended is None:
            raise Failed(f"still runs {allowed + 5:.0f} s after SIGTERM: PID 1 ignores it or does not pass it on")
        record.measure("SIGTERM to exit", ended.seconds, "s")
        record.measure("exit code", ended.code)
        record.expect(
            ended.seconds <= allowed + MARGIN, f"{ended.seconds:.1f} s from SIGTERM to exit; {allowed:g} s are allowed"
        )
        record.expect(ended.code in (0, 143), f"exit code {ended.code} after SIGTERM; it must be 0 or 143")


EXPERIMENTS = (
    Experiment(
        "P02-zombies",
        Stage.CONTAINER,
        "Are orphaned processes reaped?",
        "no zombie after three orphans",
        zombies,
    ),
    Experiment(
        "P02-stop",
        Stage.CONTAINER,
        "Does the service end on SIGTERM?",
        "exit code 0 within the shutdown time",
        stop,
        seconds=120,
    ),
)
