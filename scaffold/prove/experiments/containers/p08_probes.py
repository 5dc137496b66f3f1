"""P08: readiness, zero downtime."""

from __future__ import annotations

import math
import statistics
import time

from scaffold.prove.containers.container import RunningContainer
from scaffold.prove.containers.lab import ContainerLab
from scaffold.prove.load import require_quick_client
from scaffold.prove.model import Chart, Experiment, Failed, Mark, Record, Series, Skip, Stage
from scaffold.prove.times import epoch

STARTS = 3
REHEARSED = 2.0
"""Seconds of slow start that are rehearsed where the service has a variable for it."""
ENDPOINTS_GONE = 0.7
"""Seconds after readiness is false until no caller comes. A pod's preStop gives kube-proxy its time before SIGTERM, so
only what is under way then, and a last few, must be served; the cluster's rolling update has all of it."""
LOAD_BEFORE = 2.0


def never_early(lab: ContainerLab, record: Record) -> None:
    """Check readiness from the start; once it succeeds, a request must get its response."""
    subject = lab.subject
    variable = subject.startup_delay_variable
    with lab.start(env={variable: f"{REHEARSED:g}"} if variable else {}) as container:
        waited = lab.wait_ready(container)
        responses = [container.status(subject.ports[0].name, subject.path) for _ in range(5)]
        record.measure("ready after", waited, "s")
        record.measure("first responses", ", ".join(map(str, responses)))
        record.expect(
            all(200 <= each < 400 for each in responses),
            f"ready, but requests got {', '.join(str(each) if each else 'no response' for each in responses)}",
        )
        if variable:
            record.expect(waited >= REHEARSED, f"ready after {waited:.1f} s, though its start takes {REHEARSED:g} s")


def startup(lab: ContainerLab, record: Record) -> None:
    """Start it a few times under its limits, and compare the slowest start with `startup_seconds`."""
    subject = lab.subject
    taken = []
    for _ in range(STARTS):
        with lab.start(memory=subject.memory_limit, cpus=subject.cpu_limit) as container:
            lab.wait_ready(container)
            taken.append(max(0.0, time.time() - _started_at(container)))
    slowest = max(taken)
    record.measure("starts", ", ".join(f"{each:.2f}" for each in taken), "s")
    record.measure("median", statistics.median(taken), "s")
    record.charts.append(
        Chart(
            "Start to ready",
            "s",
            [Series("start", [(float(number), each) for number, each in enumerate(taken, 1)])],
            kind="bars",
            limit=subject.startup_seconds,
        )
    )
    if subject.startup_budget:
        record.measure("startup probe allows", subject.startup_budget, "s")
        record.expect(
            slowest <= subject.startup_budget,
            f"a start took {slowest:.1f} s; the kubelet kills it after {subject.startup_budget:g} s",
        )
    if subject.startup_seconds:
        record.measure("configured", subject.startup_seconds, "s")
        wanted = math.ceil(slowest * 2)
        if record.expect(
            slowest <= subject.startup_seconds,
            f"a start took {slowest:.1f} s, longer than startup_seconds ({subject.startup_seconds:g} s): "
            f"set startup_seconds to {wanted}",
        ):
            _advise(record, slowest, subject.startup_seconds, max(1, wanted))


def _advise(record: Record, slowest: float, configured: float, wanted: int) -> None:
    if slowest > configured * 0.7:
        record.advise(
            f"startup_seconds {configured:g} leaves little room for a start of {slowest:.1f} s; set it to {wanted}"
        )
    elif wanted * 4 <= configured:
        record.advise(
            f"startup_seconds {configured:g} is far more than a start of {slowest:.1f} s needs, so a hung start is "
            f"noticed late; set it to {wanted}"
        )


def _started_at(container: RunningContainer) -> float:
    return epoch(container.inspect()["State"]["StartedAt"])


def drain(lab: ContainerLab, record: Record) -> None:
    """Send SIGTERM under constant load; callers stay away once readiness is false, as in a cluster."""
    subject = lab.subject
    if not subject.drains:
        raise Skip("the answer drains is no: in the cluster preStop waits for the requests, which --cluster tests")
    port = subject.ports[0].name
    with (
        lab.serve() as container,
        lab.vegeta.attack(container.urls[port] + subject.path, lab.clock, rate=subject.rate, seconds=20) as attack,
    ):
        lab.clock.sleep(LOAD_BEFORE)
        began = container.signal(lab.stage.stop_signal)
        told = time.time()
        probe = subject.probe_port.name

        def unready() -> bool:
            return container.status(probe, subject.readiness) != 200

        noticed = lab.clock.wait_until(unready, 2.0) if subject.probes.readiness else None
        lab.clock.sleep(ENDPOINTS_GONE)
        report = attack.report()
        ended = container.wait((subject.shutdown_seconds or 10) + 5)
        total = time.monotonic() - began
    require_quick_client(report)
    record.measure("requests", len(report.shots))
    record.measure("failed", len(report.failed))
    record.measure("p99", report.quantile(0.99) * 1000, "ms")
    record.measure("unready after", round(noticed, 2) if noticed is not None else "never")
    record.measure("SIGTERM to exit", total if ended else "still running", "s" if ended else "")
    record.measure("load client's lag", report.lag * 1000, "ms")
    marks = [Mark(told - report.began, "SIGTERM")]
    if noticed is not None:
        marks.append(Mark(told - report.began + noticed, "not ready"))
    record.charts.append(Chart("Latency around SIGTERM", "ms", report.series(), kind="dots", marks=marks))
    if len(report.shots) < LOAD_BEFORE * subject.rate / 2:
        raise Failed(f"only {len(report.shots)} requests could be sent")
    record.expect(
        not report.failed, f"{len(report.failed)} of {len(report.shots)} requests were lost: {report.errors()}"
    )


EXPERIMENTS = (
    Experiment(
        "P08-ready",
        Stage.CONTAINER,
        "Does it serve as soon as it is ready?",
        "the first request after readiness succeeds",
        never_early,
        120,
    ),
    Experiment(
        "P08-startup",
        Stage.CONTAINER,
        "Does it start within its budget, under its limits?",
        "slowest of three starts within startup_seconds",
        startup,
        seconds=240,
        alone=True,
    ),
    Experiment(
        "P08-drain",
        Stage.CONTAINER,
        "Do requests fail after SIGTERM under load?",
        "no failed request",
        drain,
        seconds=120,
        alone=True,
    ),
)
