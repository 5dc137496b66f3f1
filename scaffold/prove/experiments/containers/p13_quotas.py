"""P13: quotas, and no more rights than it needs."""

from __future__ import annotations

import math

from scaffold.prove.containers.container import RunningContainer
from scaffold.prove.containers.lab import ContainerLab
from scaffold.prove.containers.usage import Meter, Samples, sampled
from scaffold.prove.load import LoadReport, require_quick_client
from scaffold.prove.model import Chart, Experiment, Record, Series, Skip, Stage
from scaffold.prove.runtime import CommandFailed
from scaffold.text.sizes import size

LOAD_SECONDS = 5.0
ROOM = 0.9
"""The share of the memory limit that load may take: above it, the next larger request ends the pod."""
MIB = 2**20


def restricted(lab: ContainerLab, record: Record) -> None:
    """Serve as Pod Security `restricted` has it: no root, no capability, no way to new privileges."""
    with lab.serve(restricted=True) as container:
        status = container.status(lab.subject.ports[0].name, lab.subject.path)
        found = container.processes()
    record.measure("users", ", ".join(sorted({str(each.uid) for each in found})))
    record.expect(200 <= status < 400, f"a request got {status or 'no response'}")
    record.expect(
        all(each.uid for each in found), "it runs as root; set USER to a number other than 0 in the Dockerfile"
    )
    if all(each.capabilities is not None for each in found):
        record.measure("capabilities", sum(bool(each.capabilities) for each in found))
        record.expect(not any(each.capabilities for each in found), "a process has capabilities")
        record.expect(all(each.no_new_privileges for each in found), "a process can get new privileges")


def under_load(lab: ContainerLab, record: Record) -> None:
    """Put it under its limits and constant load; watch memory, CPU, and every response."""
    subject = lab.subject
    if not subject.memory_limit:
        raise Skip("the memory limit is not known: give manifests, or set `memory_limit`")
    with (
        lab.serve(memory=subject.memory_limit, cpus=subject.cpu_limit) as container,
        sampled(container) as samples,
        lab.vegeta.attack(
            container.urls[subject.ports[0].name] + subject.path, lab.clock, rate=subject.rate, seconds=2 * LOAD_SECONDS
        ) as attack,
    ):
        lab.clock.sleep(LOAD_SECONDS)
        report = attack.report()
        throttling = Meter(container).throttling()
        alive = container.running
    require_quick_client(report)
    _measure(record, report, samples, subject.memory_limit)
    record.expect(alive, "it ended under load")
    record.expect(not report.failed, f"{len(report.failed)} of {len(report.shots)} requests failed: {report.errors()}")
    record.expect(
        samples.peak <= ROOM * subject.memory_limit,
        f"{size(samples.peak)} of memory at {subject.rate} requests/s; the limit is {size(subject.memory_limit)}",
    )
    _advise_memory(lab, record, samples.peak)
    if throttling and throttling.periods:
        share = throttling.throttled / throttling.periods
        record.measure("throttled", 100 * share, "% of periods")
        if share > 0.25:
            record.advise(f"cpu_limit: {subject.cpu_limit:g} throttles it in {share:.0%} of all periods at this load")


def _measure(record: Record, report: LoadReport, samples: Samples, limit: int) -> None:
    record.measure("requests", len(report.shots))
    record.measure("failed", len(report.failed))
    record.measure("p50", report.quantile(0.5) * 1000, "ms")
    record.measure("p99", report.quantile(0.99) * 1000, "ms")
    record.measure("memory peak", size(samples.peak))
    record.measure("memory limit", size(limit))
    record.measure("CPU", samples.mean_cpu, "cores")
    record.measure("load client's lag", report.lag * 1000, "ms")
    memory = [(seconds, value / MIB) for seconds, value in samples.memory]
    record.charts.append(Chart("Memory under load", "MiB", [Series("working set", memory)], limit=limit / MIB))
    record.charts.append(Chart("CPU under load", "cores", [Series("used", samples.cpu)]))
    record.charts.append(Chart("Latency under load", "ms", report.series(), kind="dots"))


def _advise_memory(lab: ContainerLab, record: Record, peak: float) -> None:
    limit, request = lab.subject.memory_limit or 0, lab.subject.memory_request
    fitting = max(32, math.ceil(peak * 2 / MIB / 32) * 32)
    if request and peak > request:
        record.advise(
            f"memory_request: {size(peak)} were used, more than the requested {size(request)}; set it to {fitting}Mi"
        )
    elif limit > 8 * peak:
        record.advise(
            f"memory_limit: {size(limit)} is far more than the {size(peak)} that load takes; {fitting}Mi is enough"
        )


def out_of_memory(lab: ContainerLab, record: Record) -> None:
    """Let a process inside eat all memory; then kill the service too, as the kernel may, and start it again."""
    subject = lab.subject
    limit = subject.memory_limit
    if not limit:
        raise Skip("the memory limit is not known: give manifests, or set `memory_limit`")
    port = subject.ports[0].name
    with lab.serve(memory=limit) as container:
        if not container.has_shell:
            raise Skip("the image has no shell, which this experiment needs to use up memory")
        record.measure("the memory hog ended with", _eat_memory(container))
        survived = container.running and container.status(port, subject.path) == 200
        record.measure("the service", "kept running" if survived else "was killed, too")
        if container.running:
            container.signal("KILL")
            container.wait(10)
        record.measure("ready again after", lab.wait_ready(lab.start_again(container)), "s")


def _eat_memory(container: RunningContainer) -> int:
    try:
        container.exec("sh", "-c", 'x=a; while :; do x="$x$x"; done', timeout=60)
    except CommandFailed as failed:
        return failed.code
    return 0


def full(lab: ContainerLab, record: Record) -> None:
    """Fill every writable path to the last byte; the service must still respond, or recover once there is room."""
    if not lab.subject.writable:
        raise Skip("it has no writable paths")
    with lab.serve() as container:
        if not container.has_shell:
            raise Skip("the image has no shell, which this experiment needs to fill a path")
        for path in lab.subject.writable:
            _fill(container, path, record)
        responses = [container.status(lab.subject.ports[0].name, lab.subject.path) for _ in range(5)]
        ready = container.status(lab.subject.probe_port.name, lab.subject.readiness)
        record.measure("responses", ", ".join(str(each) for each in sorted(set(responses))))
        record.expect(
            all(200 <= each < 400 for each in responses), f"with its writable paths full, requests got {responses}"
        )
        record.expect(ready == 200, "with its writable paths full, it is not ready")


def _fill(container: RunningContainer, path: str, record: Record) -> None:
    try:
        container.exec("sh", "-c", 'cat /dev/zero > "$0/.scaffold" 2>/dev/null; ! echo more >> "$0/.scaffold"', path)
    except CommandFailed:
        raise Skip(f"{path} could not be filled") from None
    record.measure(path, "full")


EXPERIMENTS = (
    Experiment(
        "P13-restricted", Stage.CONTAINER, "Does it run without privileges?", "no root, no capability", restricted, 120
    ),
    Experiment(
        "P13-load",
        Stage.CONTAINER,
        "Does it stay within its limits under load?",
        "no failed request, memory below 90 % of its limit",
        under_load,
        seconds=150,
        alone=True,
    ),
    Experiment(
        "P13-memory", Stage.CONTAINER, "Does it recover from running out of memory?", "ready again", out_of_memory, 180
    ),
    Experiment("P13-full", Stage.CONTAINER, "Does it survive a full writable path?", "keeps responding", full, 120),
)
