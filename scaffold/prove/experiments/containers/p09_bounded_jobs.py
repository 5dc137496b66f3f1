"""P09: bounded jobs."""

from __future__ import annotations

import time

from scaffold.prove.containers.lab import ContainerLab
from scaffold.prove.model import Experiment, Record, Skip, Stage
from scaffold.prove.stub_server import Behaviour
from scaffold.prove.subject.subject import JobCommand

PATIENCE = 30.0
"""Seconds that a job gets to notice that what it depends on is broken or hangs."""

_TROUBLE: tuple[Behaviour, ...] = ("broken", "hanging")


def jobs(lab: ContainerLab, record: Record) -> None:
    """Run every job's command; the first one also while its dependencies are broken, and while they hang."""
    if not lab.subject.jobs:
        raise Skip("it has no jobs")
    for job in lab.subject.jobs:
        code = _run(lab, job, record, "ok")
        if code is not None:
            record.expect(code == 0, f"{job.name} ends with {code}")
    if any(each.critical for each in lab.subject.dependencies):
        for behaviour in _TROUBLE:
            code = _run(lab, lab.subject.jobs[0], record, behaviour)
            record.expect(code != 0, f"{lab.subject.jobs[0].name} ends with 0 though its dependencies are {behaviour}")


def _run(lab: ContainerLab, job: JobCommand, record: Record, behaviour: Behaviour) -> int | None:
    """Run a job and return its exit code, or None when it did not end."""
    for stub in lab.stubs.values():
        stub.behaviour = behaviour
    patience = min(job.deadline, PATIENCE)
    with lab.start(job=job) as container:
        ended = container.wait(patience)
        took = time.monotonic() - container.began
        state = f"exit code {ended.code} after {took:.1f} s" if ended else f"runs after {patience:g} s"
        record.measure(f"{job.name}, dependencies {behaviour}" if lab.stubs else job.name, state)
        record.expect(
            ended is not None,
            f"{job.name} still runs after {patience:g} s (dependencies {behaviour}): it has no time limit",
        )
        return ended.code if ended else None


EXPERIMENTS = (
    Experiment(
        "P09-jobs",
        Stage.CONTAINER,
        "Does every job's command end?",
        "0 on success, otherwise an error, in time",
        jobs,
        240,
    ),
)
