"""P11: rate and connection limits."""

from __future__ import annotations

from scaffold.prove.cluster.lab import ClusterLab
from scaffold.prove.load import LoadReport, require_quick_client
from scaffold.prove.model import Chart, Experiment, Record, Skip, Stage

SECONDS = 4.0
MOST = 1500
"""Requests a second that one machine can send beside a cluster; a higher limit can't be exceeded by it."""


def limits(lab: ClusterLab, record: Record) -> None:
    """Stay below the limit, then go far above it; only then may requests be refused, and never a probe."""
    limit = lab.subject.limit_rate
    if not limit:
        raise Skip("this service has no rate limiter (question `limiter`)")
    if lab.subject.limiter == "istio" and lab.stage.left_out:
        raise Skip("the limiter is the mesh's, and this cluster has no Istio")
    vegeta = lab.vegeta
    with lab.service():
        pods = lab.deployed.ready()
        above = int(2.5 * (limit + lab.subject.limit_burst / SECONDS) * len(pods)) + 1
        if above > MOST:
            raise Skip(f"{above}/s would be needed to exceed the limit; one machine can't send that")
        lab.need_answers()
        moments = _readiness(lab)
        with vegeta.attack(lab.url, lab.clock, rate=max(1, int(limit / 2)), seconds=SECONDS) as attack:
            lab.clock.sleep(SECONDS)
            below = attack.report()
        with vegeta.attack(lab.url, lab.clock, rate=above, seconds=SECONDS) as attack:
            lab.clock.sleep(SECONDS)
            over = attack.report()
        require_quick_client(below)
        require_quick_client(over)
        record.measure("below: refused", f"{_refused(below)} of {len(below.shots)} at {below.rate:g}/s")
        record.measure("above: refused", f"{_refused(over)} of {len(over.shots)} at {over.rate:g}/s")
        record.charts.append(Chart("Above the limit: latency", "ms", over.series(), kind="dots"))
        record.expect(not below.failed, f"below the limit {len(below.failed)} requests failed: {below.errors()}")
        record.expect(
            _refused(over) > 0, f"at {over.rate:g}/s, none of {len(over.shots)} requests was refused with 429"
        )
        other = [shot for shot in over.failed if shot.status != 429]
        record.expect(not other, f"above the limit, requests failed in another way: {over.errors()}")
        record.expect(_readiness(lab) == moments, "a pod became unready above the limit: its probes are limited, too")


def _refused(report: LoadReport) -> int:
    return sum(shot.status == 429 for shot in report.shots)


def _readiness(lab: ClusterLab) -> dict[str, tuple[str, int]]:
    """Return when each pod's readiness last changed, and its restarts."""
    return {
        pod["metadata"]["uid"]: (each["lastTransitionTime"], lab.deployed.restarts(pod))
        for pod in lab.deployed.pods()
        for each in pod["status"]["conditions"]
        if each["type"] == "Ready"
    }


EXPERIMENTS = (
    Experiment(
        "P11-limits",
        Stage.CLUSTER,
        "Are requests above the limit refused, and only those?",
        "429 above it, nothing below it, and no probe is ever limited",
        limits,
        120,
        alone=True,
    ),
)
