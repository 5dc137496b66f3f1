"""P03: no naked Pods."""

from __future__ import annotations

import json

from scaffold.prove.cluster.kubectl import KubectlFailed
from scaffold.prove.cluster.lab import ClusterLab
from scaffold.prove.cluster.rollout import why_not
from scaffold.prove.model import Experiment, Record, Stage

DRAIN = 15.0
"""Seconds in which a first eviction must be granted: a budget counts pods again a moment after they became ready."""


def killed(lab: ClusterLab, record: Record) -> None:
    """Delete a pod at once; another must take its place."""
    naked = [each["metadata"]["name"] for each in lab.deployed.of_kind("Pod")]
    record.expect(not naked, f"naked Pods, which nothing replaces: {', '.join(naked)}")
    with lab.service():
        before = {pod["metadata"]["uid"] for pod in lab.deployed.ready()}
        (pod,) = lab.kubectl.named(lab.deployed.ready()[0]["metadata"]["name"])
        lab.kubectl.call("delete", "pod", pod, "--grace-period=0", "--force")
        waited = lab.clock.wait_until(
            lambda: (
                len(lab.deployed.ready()) == len(before)
                and {p["metadata"]["uid"] for p in lab.deployed.ready()} != before
            ),
            90,
            0.3,
        )
        record.measure("replaced after", waited if waited is not None else "never", "s")
        record.expect(waited is not None, f"a killed pod was not replaced: {why_not(lab.deployed, lab.deployed.name)}")


def drained(lab: ClusterLab, record: Record) -> None:
    """Evict every pod as a node's drain does; the budget must hold the last ones back until others have come."""
    with lab.service():
        pods = lab.deployed.ready()
        if not record.expect(len(pods) > 1, f"{len(pods)} pod serves: a drained node stops the whole service"):
            return
        held: list[str] = []

        def granted() -> bool:
            """Go through all pods once, as a drain does again and again while a budget holds it back."""
            held[:] = [said for pod in pods if (said := _evict(lab, pod["metadata"]["name"]))]
            return len(held) < len(pods)

        lab.clock.wait_until(granted, DRAIN, 1)
        record.measure("pods", len(pods))
        record.measure("evictions held back", len(held))
        record.expect(
            len(held) < len(pods), f"no pod can be evicted, so nodes can't be drained: {held[0] if held else ''}"
        )
        record.expect(bool(held), "a drain takes all pods at once: no PodDisruptionBudget limits it")
        lab.rolled_out(lab.deployed.name, "readyReplicas")


def _evict(lab: ClusterLab, pod: str) -> str:
    """Ask for an eviction; return the refusal, or nothing when it was granted."""
    namespace = lab.kubectl.namespace
    body = {"apiVersion": "policy/v1", "kind": "Eviction", "metadata": {"name": pod, "namespace": namespace}}
    path = f"/api/v1/namespaces/{namespace}/pods/{pod}/eviction"
    try:
        lab.kubectl.call("create", f"--raw={path}", "--filename=-", input_=json.dumps(body))
    except KubectlFailed as error:
        return str(error)
    return ""


EXPERIMENTS = (
    Experiment(
        "P03-killed", Stage.CLUSTER, "Does a killed pod come back?", "a new pod serves in its place", killed, 120
    ),
    Experiment(
        "P03-drain",
        Stage.CLUSTER,
        "Do some pods serve during a drain?",
        "one pod may be evicted; the others wait for its replacement",
        drained,
        150,
    ),
)
