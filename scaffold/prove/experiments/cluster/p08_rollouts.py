"""P08: readiness, zero downtime."""

from __future__ import annotations

import time
from collections.abc import Sequence

from scaffold.prove.cluster.lab import ClusterLab
from scaffold.prove.load import require_quick_client
from scaffold.prove.model import Chart, Experiment, Mark, Record, Stage
from scaffold.prove.subject.manifests import Object

LOAD_BEFORE = 2.0
STOPS_AFTER = 10
"""The progress deadline, in seconds, that the copy of a rollout gets: its own one may be minutes."""


def rolling(lab: ClusterLab, record: Record) -> None:
    """Restart every pod under constant load through the Service; no request may fail."""
    vegeta = lab.vegeta
    with lab.service():
        lab.rolled_out(lab.deployed.name)
        lab.need_answers()
        url = lab.url
        before = _ids(lab.deployed.pods())
        with vegeta.attack(url, lab.clock, rate=lab.rate, seconds=140) as attack:
            lab.clock.sleep(LOAD_BEFORE)
            at = time.time()
            lab.kubectl.call("rollout", "restart", f"deployment/{lab.deployed.name}")
            lab.clock.wait_until(lambda: not before & _ids(lab.deployed.pods()), 100, 0.3)
            lab.rolled_out(lab.deployed.name)
            gone = lab.clock.wait_until(lambda: not before & _ids(lab.deployed.all_pods()), 60, 0.5)
            done = time.time()
            lab.clock.sleep(1)
            report = attack.report()
        require_quick_client(report)
        record.measure("requests", len(report.shots))
        record.measure("failed", len(report.failed))
        record.measure("rate", report.rate, "/s")
        record.measure("rollout", done - at, "s")
        record.measure("p99", report.quantile(0.99) * 1000, "ms")
        record.measure("through", url)
        marks = [Mark(at - report.began, "restart"), Mark(done - report.began, "rolled out")]
        record.charts.append(Chart("Rolling update: latency", "ms", report.series(), kind="dots", marks=marks))
        record.expect(gone is not None, "old pods were still there after 60 s")
        share = f"{len(report.failed)} of {len(report.shots)} requests failed during a rolling update"
        record.expect(not report.failed, f"{share}: {report.errors()}")


def _ids(pods: Sequence[Object]) -> set[str]:
    return {pod["metadata"]["uid"] for pod in pods}


def broken(lab: ClusterLab, record: Record) -> None:
    """Roll out a version that can't start; the rollout must stop by itself, and the old version go on serving."""
    with lab.service():
        old = _ids(lab.deployed.ready())
        minimum = lab.deployed.deployment["spec"].get("minReadySeconds", 0)
        deadline = max(STOPS_AFTER, minimum + 5)
        container = {"name": lab.deployed.container["name"], "command": ["/scaffold-prove/no-such-program"], "args": []}
        lab.deployed.patch(
            {"spec": {"progressDeadlineSeconds": deadline, "template": {"spec": {"containers": [container]}}}}
        )
        try:
            stopped = lab.clock.wait_until(lambda: _has_stopped(lab), deadline + 30, 0.5)
            serving = [pod for pod in lab.deployed.ready() if pod["metadata"]["uid"] in old]
            record.measure("stopped after", stopped if stopped is not None else "never", "s")
            record.measure("old pods that serve", f"{len(serving)} of {len(old)}")
            record.expect(stopped is not None, "a rollout that can't succeed never ends")
            record.expect(
                len(serving) == len(old),
                f"{len(old) - len(serving)} of {len(old)} good pods were stopped for a broken version",
            )
        finally:
            lab.kubectl.call("rollout", "undo", f"deployment/{lab.deployed.name}")
            usual = lab.deployed.deployment["spec"].get("progressDeadlineSeconds", 600)
            lab.deployed.patch({"spec": {"progressDeadlineSeconds": usual}})
            lab.rolled_out(lab.deployed.name)


def _has_stopped(lab: ClusterLab) -> bool:
    conditions = lab.kubectl.get(f"deployment/{lab.deployed.name}")["status"].get("conditions", [])
    return any(each.get("reason") == "ProgressDeadlineExceeded" for each in conditions)


EXPERIMENTS = (
    Experiment(
        "P08-broken",
        Stage.CLUSTER,
        "Does a rollout of a broken version stop by itself?",
        "it stops at its deadline, and every old pod continues to serve",
        broken,
        150,
    ),
    Experiment(
        "P08-rolling",
        Stage.CLUSTER,
        "Does a rolling update under load lose requests?",
        "not one request through the Service fails",
        rolling,
        200,
        alone=True,
    ),
)
