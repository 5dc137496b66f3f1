"""P04: no hidden background process."""

from __future__ import annotations

from scaffold.prove.cluster.lab import ClusterLab
from scaffold.prove.cluster.pods import status_of
from scaffold.prove.model import Experiment, Record, Stage

# The serving process is PID 1, or what PID 1 (an init, a shell) has started; kill is a part of every shell.
KILL = "kill -9 $(cat /proc/1/task/1/children) 2>/dev/null || kill -9 1"


def restarted(lab: ClusterLab, record: Record) -> None:
    """Kill the serving process inside a container; the kubelet must start the container again."""
    with lab.service():
        pod = min(lab.deployed.ready(), key=lab.deployed.restarts)  # the kubelet puts off a second restart
        name, container = pod["metadata"]["name"], str(lab.deployed.container["name"])
        lab.need(name, "sh")
        before = status_of(pod, container)["restartCount"]
        lab.execute(name, "sh", "-c", KILL)

        def again() -> bool:
            status = status_of(lab.deployed.pod(name), container)
            return bool(status.get("ready")) and status.get("restartCount", 0) > before

        waited = lab.clock.wait_until(again, 60, 0.3)
        record.measure("serves again after", waited if waited is not None else "never", "s")
        record.expect(waited is not None, "the serving process is dead, but the container still counts as running")


EXPERIMENTS = (
    Experiment(
        "P04-restart",
        Stage.CLUSTER,
        "Is a container restarted when its serving process dies?",
        "the kubelet restarts it, and it serves again",
        restarted,
        100,
    ),
)
