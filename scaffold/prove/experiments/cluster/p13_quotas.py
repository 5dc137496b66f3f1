"""P13: quotas."""

from __future__ import annotations

import copy
import json

from scaffold.prove.cluster.lab import ClusterLab
from scaffold.prove.cluster.pods import is_ready, statuses
from scaffold.prove.model import Experiment, Record, Skip, Stage
from scaffold.prove.subject.manifests import Object

NOTICED = 2.0
"""Seconds until the kubelet, which looks once a second, reports a container that has ended."""
COPY = "scaffold-prove-disk"
LARGEST = 256 * 2**20
"""Bytes: what this experiment writes at the most."""
EVICTION = 150.0
"""Seconds until the kubelet has measured a volume (once a minute) and acts on it (every ten seconds), and some more."""


def out_of_memory(lab: ClusterLab, record: Record) -> None:
    """Take more memory than the limit inside a pod; only that container may be affected, and it must come back."""
    limits = (lab.deployed.container.get("resources") or {}).get("limits") or {}
    if not record.expect("memory" in limits, "no memory limit: a leak takes the memory of the node"):
        return
    with lab.service():
        pod, *others = lab.deployed.ready()
        name = pod["metadata"]["name"]
        lab.need(name, "sh", "tail")
        before = {each["metadata"]["uid"]: _restarts(each, lab) for each in [pod, *others]}
        failed, _ = lab.execute(name, "sh", "-c", "tail /dev/zero")
        record.expect(bool(failed), "a process took all the memory it wanted")
        lab.clock.sleep(NOTICED)
        back = lab.clock.wait_until(
            lambda: is_ready(lab.deployed.pod(name)) and len(lab.deployed.ready()) > len(others), 75, 0.3
        )
        record.measure("ready again after", back if back is not None else "never", "s")
        record.expect(back is not None, "it did not become ready again")
        now = {each["metadata"]["uid"]: _restarts(each, lab) for each in lab.deployed.pods()}
        uid = pod["metadata"]["uid"]
        record.measure("restarts", now.get(uid, (0, 0))[0] - before[uid][0])
        record.expect(uid in now and now[uid][1] == before[uid][1], "its sidecars were affected, too")
        suffered = [each for each in before if each != uid and now.get(each) != before[each]]
        record.expect(not suffered, f"{len(suffered)} other pods were affected")


def full(lab: ClusterLab, record: Record) -> None:
    """Write more into a writable path than it may hold, in a copy of the pod; another one must take its place.

    The kubelet measures volumes about once a minute, so a copy is tried, while the service is free for the others.
    """
    if not lab.subject.writable:
        raise Skip("nothing is writable")
    volumes = lab.deployed.deployment["spec"]["template"]["spec"].get("volumes", [])
    unbounded = [v["name"] for v in volumes if "emptyDir" in v and "sizeLimit" not in (v["emptyDir"] or {})]
    if not record.expect(not unbounded, f"without a sizeLimit, {', '.join(unbounded)} can fill the node's disk"):
        return
    path, size = min(lab.subject.writable.items(), key=lambda item: item[1])
    if size > LARGEST:
        raise Skip(f"{path} has {size / 2**20:.0f} MiB: more than this experiment writes")
    lab.first_ready()  # its images are on a node now
    lab.kubectl.call("create", "--filename=-", input_=json.dumps(copied(lab.deployed.deployment, COPY)))
    lab.rolled_out(COPY)
    name = lab.deployed.pods({"app": COPY})[0]["metadata"]["name"]
    lab.need(name, "sh", "head")
    failed, said = lab.execute(name, "sh", "-c", f"head -c {size * 3 // 2} /dev/zero > {path}/scaffold-prove")
    record.measure("written to", path)
    if failed:
        record.measure("what happened", "refused")
    else:
        evicted = lab.clock.wait_until(lambda: _is_evicted(lab, name), EVICTION, 0.5)
        record.measure("what happened", "evicted" if evicted is not None else "nothing")
        if not record.expect(
            evicted is not None, f"{path} has {size * 3 // 2} bytes, more than its {size}: {said[-100:]}"
        ):
            return
    lab.rolled_out(COPY)
    lab.kubectl.call("delete", f"deployment/{COPY}", "--wait=false")


def copied(deployment: Object, name: str) -> Object:
    """Return a Deployment of one pod like those of another one, which no Service and no budget selects."""
    made = copy.deepcopy(deployment)
    made["metadata"] = {"name": name}
    made["spec"] |= {"replicas": 1, "selector": {"matchLabels": {"app": name}}}
    made["spec"]["template"]["metadata"]["labels"] = {"app": name}
    return made


def _is_evicted(lab: ClusterLab, name: str) -> bool:
    found = lab.kubectl.get("pods", f"--field-selector=metadata.name={name}")["items"]
    return not found or found[0]["status"].get("phase") in ("Failed", "Succeeded")  # a sidecar may have ended well


def _restarts(pod: Object, lab: ClusterLab) -> tuple[int, int]:
    """Count the restarts of the serving container, and of the others beside it."""
    own = lab.deployed.restarts(pod)
    return own, sum(each["restartCount"] for each in statuses(pod)) - own


EXPERIMENTS = (
    Experiment(
        "P13-oom",
        Stage.CLUSTER,
        "What is affected when a container takes too much memory?",
        "only that container, and it becomes ready again",
        out_of_memory,
        120,
    ),
    Experiment(
        "P13-disk",
        Stage.CLUSTER,
        "What happens when a writable path takes too much?",
        "the pod is replaced or the write fails; the node is not affected",
        full,
        240,
    ),
)
