"""P10: circuit breaker."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from itertools import islice

from scaffold.prove.cluster.lab import ClusterLab
from scaffold.prove.load import Shot
from scaffold.prove.model import Chart, Experiment, Mark, Record, Series, Skip, Stage
from scaffold.prove.subject.subject import Dependency

QUICK = 12
"""Responses in a row that must be quick before the breaker counts as open in every pod."""
RECOVERY = 75.0


def breaker(lab: ClusterLab, record: Record) -> None:
    """Let a dependency hang; the breaker must open after a few slow calls, and close when the dependency is back."""
    dependency = _guarded(lab)
    slow = dependency.timeout or 1.0
    with lab.service():
        lab.need_answers()
        healthy = _healthy(lab, 0.3 * slow)
        limit = max(slow / 2, 3 * healthy)
        if limit >= slow * 0.9:
            raise Skip(f"responses take {healthy:.2f} s here, so a call that waits {slow:g} s is not visible")
        lab.stubs.behave("hanging", dependency.name)
        try:
            shots = _until_quick(lab, limit)
            slow_calls = sum(each.seconds > limit for each in shots)
            record.measure("slow responses", slow_calls)
            opened = _are_quick(shots, limit)
            if opened:
                record.measure("then at most", max(each.seconds for each in shots[-QUICK:]) * 1000, "ms")
            record.expect(opened, f"{dependency.name} hangs, and {slow_calls} of {len(shots)} responses waited for it")
            if not dependency.critical:
                bad = [each.status for each in shots if not each.ok]
                record.expect(not bad, f"{dependency.name} is auxiliary, but its failure gave {bad[:3]}")
        finally:
            lab.stubs.behave("ok", dependency.name)
        before = lab.stubs.asked(dependency.name)
        # Each pod has a breaker of its own: all are closed when as many calls as responses get through.
        back = lab.clock.wait_until(
            lambda: bool(lab.ask().status) and lab.stubs.asked(dependency.name) > before + 2, RECOVERY, 0.5
        )
        record.measure("called again after", back if back is not None else "never", "s")
        record.expect(back is not None, f"{dependency.name} works again, but is not called within {RECOVERY:g} s")
        points = [(each.at, each.seconds * 1000) for each in shots]
        marks = [Mark(0, f"{dependency.name} hangs")]
        record.charts.append(
            Chart("Breaker: responses in sequence", "ms", [Series("response", points)], "dots", marks, limit * 1000)
        )


def _guarded(lab: ClusterLab) -> Dependency:
    """Return the dependency that is made to hang, an auxiliary one where there is one."""
    if lab.subject.breaker in ("", "none"):
        raise Skip("this service has no circuit breaker (question `breaker`)")
    if lab.subject.breaker == "istio" and lab.stage.left_out:
        raise Skip("the breaker is the mesh's, and this cluster has no Istio")
    stubbed = [each for each in lab.stubs.dependencies if each.scheme == "http"]
    if not stubbed:
        raise Skip("no HTTP dependency could be stubbed")
    return min(stubbed, key=lambda each: each.critical)


def _healthy(lab: ClusterLab, enough: float) -> float:
    """Return the seconds of a response while nothing is wrong; measured again while starts take the CPU."""
    for _ in range(6):
        healthy = statistics.median(lab.ask().seconds for _ in range(9))
        if healthy < enough:
            break
        lab.clock.sleep(5)
    return healthy


def _until_quick(lab: ClusterLab, limit: float) -> list[Shot]:
    """Send one request after the other until enough responses in a row are quick, or 60 were not."""
    shots: list[Shot] = []
    for shot in islice(lab.responses(), 60):
        shots.append(shot)
        if _are_quick(shots, limit):
            break
    return shots


def _are_quick(shots: Sequence[Shot], limit: float) -> bool:
    return len(shots) >= QUICK and all(each.seconds <= limit for each in shots[-QUICK:])


EXPERIMENTS = (
    Experiment(
        "P10-breaker",
        Stage.CLUSTER,
        "Does a dependency that hangs slow down the service?",
        "a few slow responses, then quick ones; and it is called again when it is back",
        breaker,
        170,
    ),
)
