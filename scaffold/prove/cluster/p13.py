"""P13: quotas."""

from __future__ import annotations

from scaffold.prove.cluster.lab import ClusterLab, is_ready
from scaffold.prove.manifests import Object
from scaffold.prove.model import Experiment, Record, Skip, Stage


def out_of_memory(lab: ClusterLab, record: Record) -> None:
    """Take more memory than the limit inside a pod; that container alone may suffer, and must come back."""
    if not record.expect(lab.subject.memory_limit is not None, "no memory limit: a leak takes the memory of the node"):
        return
    with lab.service():
        pod, *others = lab.ready()
        name = pod["metadata"]["name"]
        lab.need(name, "sh", "tail")
        before = {each["metadata"]["uid"]: _restarts(each, lab) for each in [pod, *others]}
        failed, _ = lab.execute(name, "sh", "-c", "tail /dev/zero")
        record.expect(bool(failed), "a process took all the memory it wanted")
        back = lab.clock.wait_until(lambda: is_ready(_find(lab, name)) and len(lab.ready()) > len(others), 75, 0.3)
        record.measure("ready again after", back if back is not None else "never", "s")
        record.expect(back is not None, "it did not come back")
        now = {each["metadata"]["uid"]: _restarts(each, lab) for each in lab.pods()}
        uid = pod["metadata"]["uid"]
        record.measure("restarts", now.get(uid, (0, 0))[0] - before[uid][0])
        record.expect(uid in now and now[uid][1] == before[uid][1], "its sidecars suffered too")
        suffered = [each for each in before if each != uid and now.get(each) != before[each]]
        record.expect(not suffered, f"{len(suffered)} other pods suffered")


def full(lab: ClusterLab, record: Record) -> None:
    """Write more into a writable path than it may hold; the service must be whole again afterwards."""
    if not lab.subject.writable:
        raise Skip("nothing is writable")
    volumes = lab.deployment["spec"]["template"]["spec"].get("volumes", [])
    unbounded = [v["name"] for v in volumes if "emptyDir" in v and "sizeLimit" not in (v["emptyDir"] or {})]
    if not record.expect(not unbounded, f"without a sizeLimit, {', '.join(unbounded)} can fill the node's disk"):
        return
    path, size = min(lab.subject.writable.items(), key=lambda item: item[1])
    if size > 256 * 2**20:
        raise Skip(f"{path} holds {size / 2**20:.0f} MiB: more than this experiment writes")
    with lab.service():
        pod = lab.ready()[0]["metadata"]["name"]
        lab.need(pod, "sh", "head")
        failed, said = lab.execute(pod, "sh", "-c", f"head -c {size * 3 // 2} /dev/zero > {path}/scaffold-prove-full")
        whole = len(lab.ready())
        gone = lab.clock.wait_until(lambda: _ended(_find(lab, pod)), 60, 0.5)
        record.measure("what happened", "evicted" if gone is not None else "refused" if failed else "nothing")
        record.expect(
            gone is not None or bool(failed), f"{path} took {size * 3 // 2} bytes, more than its {size}: {said[-100:]}"
        )
        back = lab.clock.wait_until(lambda: len(lab.ready()) >= whole, 60, 0.5)
        record.expect(back is not None, "its pod was not replaced")
        if gone is None:
            lab.execute(pod, "sh", "-c", f"rm -f {path}/scaffold-prove-full")
        lab.kubectl.call("delete", "pods", "--field-selector=status.phase=Failed", "--wait=false")


def _find(lab: ClusterLab, name: str) -> Object:
    """Return a pod by its name; one that is gone has an empty status."""
    return next((each for each in lab.pods() if each["metadata"]["name"] == name), {"status": {}})


def _ended(pod: Object) -> bool:
    return str(pod["status"].get("phase", "Failed")) == "Failed"


def _restarts(pod: Object, lab: ClusterLab) -> tuple[int, int]:
    """Count the restarts of the serving container, and of the others beside it."""
    own = lab.restarts([pod])
    states = pod["status"].get("initContainerStatuses", []) + pod["status"].get("containerStatuses", [])
    return own, sum(each["restartCount"] for each in states) - own


EXPERIMENTS = (
    Experiment(
        "P13-oom",
        Stage.CLUSTER,
        "Who suffers when a container takes too much memory?",
        "that container alone, and it comes back",
        out_of_memory,
        120,
    ),
    Experiment(
        "P13-disk",
        Stage.CLUSTER,
        "What happens when a writable path takes too much?",
        "the pod is replaced, or the write refused; the node loses nothing",
        full,
        150,
    ),
)
