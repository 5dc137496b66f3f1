"""P09: bounded jobs. The experiments run copies, with what is minutes or days in the original shortened to seconds."""

from __future__ import annotations

import copy
import json
import time

from scaffold.prove.cluster.lab import ClusterLab
from scaffold.prove.model import Experiment, Record, Skip, Stage
from scaffold.prove.subject.manifests import Object

BOUNDS = {
    "activeDeadlineSeconds": "a pod that hangs never ends",
    "backoffLimit": "it is retried six times by default",
    "ttlSecondsAfterFinished": "it stays until somebody deletes it",
}
SECONDS = 15
"""The deadline of a copy that hangs; its sidecars start within it."""
TTL = 5
HANG, FAIL = ["sleep", "600"], ["sh", "-c", "exit 1"]


def bounded(lab: ClusterLab, record: Record) -> None:
    """Let copies of the jobs succeed, hang and fail; each must end as bounded, and be cleaned up."""
    jobs = _specs(lab)
    for name, spec in jobs.items():
        for bound, otherwise in BOUNDS.items():
            record.expect(bound in spec or (bound == "ttlSecondsAfterFinished" and _scheduled(lab, name)),
                          f"job {name} has no {bound}: {otherwise}")  # fmt: skip
    if record.failures:
        return
    _need_a_shell(lab)
    first = next(iter(jobs))
    for name, spec in jobs.items():
        _create(lab, f"{name}-done", spec)
    _create(lab, f"{first}-hangs", spec=jobs[first] | {"activeDeadlineSeconds": SECONDS}, command=HANG)
    _create(lab, f"{first}-fails", spec=jobs[first] | {"backoffLimit": 0}, command=FAIL)
    expected = {**{f"{name}-done": "Complete" for name in jobs}, f"{first}-hangs": "Failed", f"{first}-fails": "Failed"}
    ended: dict[str, str] = {}

    def all_ended() -> bool:
        ended.update({name: how for name in expected if name not in ended and (how := _end(lab, name))})
        return len(ended) == len(expected)

    lab.clock.wait_until(all_ended, 100, 0.5)
    for name, how in expected.items():
        record.measure(name, ended.get(name, "still runs"))
        record.expect(ended.get(name, "").startswith(how), f"{name}: {ended.get(name, 'still runs')}, not {how}")
    if not record.failures:
        gone = lab.clock.wait_until(lambda: not any(_exists(lab, name) for name in expected), TTL + 40, 0.5)
        record.expect(gone is not None, f"{TTL} s after their end the jobs were still there")


def overlap(lab: ClusterLab, record: Record) -> None:
    """Let a scheduled job hang over its next run; the two must not run beside each other."""
    scheduled = lab.deployed.of_kind("CronJob")
    if not scheduled:
        raise Skip("no CronJob")
    _need_a_shell(lab)
    made = copy.deepcopy(scheduled[0])
    name = made["metadata"]["name"] = f"{made['metadata']['name'][:40]}-prove"
    made["spec"] |= {"schedule": "* * * * *", "suspend": False}
    _command(made["spec"]["jobTemplate"]["spec"], HANG)
    lab.kubectl.call("create", "--filename=-", input_=json.dumps(made))
    # As if a run were due: the first one starts now instead of at the next full minute.
    due = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() - 120))
    status = json.dumps({"status": {"lastScheduleTime": due}})
    lab.kubectl.call("patch", f"cronjob/{name}", "--subresource=status", "--type=merge", f"--patch={status}")
    try:
        started = lab.clock.wait_until(lambda: _active(lab, name) > 0, 75, 0.5)
        if not record.expect(started is not None, "a scheduled job did not start"):
            return
        lab.clock.sleep(60 - time.time() % 60)  # the next run is due
        most = 0
        for _ in range(12):
            most = max(most, _active(lab, name))
            lab.clock.sleep(0.5)
        record.measure("runs at the same time", most)
        record.expect(most <= 1, f"{most} runs of a scheduled job ran at the same time")
    finally:
        lab.kubectl.call("delete", f"cronjob/{name}", "--wait=false")


def _specs(lab: ClusterLab) -> dict[str, Object]:
    """Return each job's name and spec, a scheduled one's too."""
    jobs = {each["metadata"]["name"]: each["spec"] for each in lab.deployed.of_kind("Job")}
    jobs |= {each["metadata"]["name"]: each["spec"]["jobTemplate"]["spec"] for each in lab.deployed.of_kind("CronJob")}
    if not jobs:
        raise Skip("no Job")
    return jobs


def _scheduled(lab: ClusterLab, name: str) -> bool:
    """Return whether a CronJob's history limits clean up after a job."""
    found = [each for each in lab.deployed.of_kind("CronJob") if each["metadata"]["name"] == name]
    return bool(found) and "failedJobsHistoryLimit" in found[0]["spec"]


def _need_a_shell(lab: ClusterLab) -> None:
    lab.need(lab.first_ready()["metadata"]["name"], "sh", "sleep")


def _create(lab: ClusterLab, name: str, spec: Object, command: list[str] | None = None) -> None:
    made = copy.deepcopy(spec) | {"ttlSecondsAfterFinished": TTL}
    if command:
        _command(made, command)
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": name}, "spec": made}
    lab.kubectl.call("create", "--filename=-", input_=json.dumps(job))


def _command(spec: Object, command: list[str]) -> None:
    spec["template"]["spec"]["containers"][0] |= {"command": command, "args": []}


def _end(lab: ClusterLab, name: str) -> str:
    """Return how a job ended, or nothing while it runs; one that is gone was cleaned up after its end."""
    for each in lab.kubectl.get("jobs", f"--field-selector=metadata.name={name}")["items"]:
        conditions = each.get("status", {}).get("conditions", [])
        return next((f"{c['type']} {c.get('reason', '')}".strip() for c in conditions
                     if c["type"] in ("Complete", "Failed") and c["status"] == "True"), "")  # fmt: skip
    return "Gone"


def _exists(lab: ClusterLab, name: str) -> bool:
    return bool(lab.kubectl.get("jobs", f"--field-selector=metadata.name={name}")["items"])


def _active(lab: ClusterLab, name: str) -> int:
    return len(lab.kubectl.get(f"cronjob/{name}").get("status", {}).get("active", []))


EXPERIMENTS = (
    Experiment(
        "P09-bounded",
        Stage.CLUSTER,
        "Do jobs that succeed, hang or fail end, sidecars included?",
        "each ends within its own limits and is cleaned up",
        bounded,
        170,
    ),
    Experiment(
        "P09-overlap",
        Stage.CLUSTER,
        "Does the next run of a scheduled job start while one hangs?",
        "never two at once",
        overlap,
        180,
    ),
)
