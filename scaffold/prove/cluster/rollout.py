"""Waiting for a Deployment to be rolled out, and why it is not."""

from __future__ import annotations

from functools import partial

from scaffold.prove.clock import Clock
from scaffold.prove.cluster.deployed import Deployed
from scaffold.prove.cluster.kubectl import Kubectl
from scaffold.prove.cluster.pods import last_words
from scaffold.prove.model import Failed

PATIENCE = 180.0
"""Seconds that a rollout may take where its own deadline is longer or not known."""
FIRST_PATIENCE = 300.0
"""Seconds that the first one may take: nodes pull images for it."""


def wait_for_rollout(
    deployed: Deployed, name: str, clock: Clock, counted: str = "availableReplicas", patience: float = PATIENCE
) -> None:
    """Wait until every pod of a Deployment is of its newest version and available, and no other is left.

    Available is what has been ready for minReadySeconds; `readyReplicas` counts what is ready.

    Raises:
        Failed: when that does not happen in time, with what the pods say.
    """
    is_done = partial(_is_rolled_out, deployed.kubectl, name, counted)
    if clock.wait_until(is_done, clock.left(patience), 0.3) is None:
        raise Failed(f"deployment/{name} was not rolled out: {why_not(deployed, name)}")


def _is_rolled_out(kubectl: Kubectl, name: str, counted: str) -> bool:
    found = kubectl.get(f"deployment/{name}")
    wanted, status = found["spec"]["replicas"], found.get("status", {})
    counts = [status.get(key, 0) for key in ("replicas", "updatedReplicas", counted)]
    return bool(status.get("observedGeneration", 0) >= found["metadata"]["generation"]) and counts == [wanted] * 3


def why_not(deployed: Deployed, name: str) -> str:
    """Return what blocks a Deployment: the last words of its newest unready pod, otherwise of the events."""
    labels = deployed.kubectl.get(f"deployment/{name}")["spec"]["selector"]["matchLabels"]
    newest_first = sorted(
        deployed.pods(labels), key=lambda each: str(each["metadata"]["creationTimestamp"]), reverse=True
    )
    for pod in newest_first:
        if words := last_words(pod):
            return words
    events = deployed.kubectl.get("events", "--field-selector=type=Warning", "--sort-by=.lastTimestamp")["items"]
    return "; ".join(each["message"] for each in events[-2:]) or "its pods do not become ready"
