"""P06: immutable containers."""

from __future__ import annotations

from scaffold.prove.cluster.lab import ClusterLab
from scaffold.prove.model import Experiment, Record, Stage

PLACES = ("/", "/usr", "/etc", "/var", "/tmp")  # noqa: S108 - places that are tried, nothing is kept there


def root(lab: ClusterLab, record: Record) -> None:
    """Try to write all over a pod's file system; only the declared paths may take it."""
    with lab.service():
        pod = lab.deployed.ready()[0]["metadata"]["name"]
        lab.need(pod, "sh")
        declared = set(lab.subject.writable)
        for place in PLACES:
            if place not in declared and not lab.execute(pod, "sh", "-c", f"echo x > {place}/scaffold-prove")[0]:
                record.expect(False, f"{place} is writable, but not declared")
        for place in sorted(declared):
            failed, said = lab.execute(pod, "sh", "-c", f"echo x > {place}/scaffold-prove")
            record.expect(
                not failed, f"{place} is declared as writable, but {said.splitlines()[-1] if said else 'is not'}"
            )
        mounts = lab.execute(pod, "sh", "-c", "grep ' / ' /proc/mounts")[1]
        read_only = "ro" in (mounts.split() or ["", "", "", ""])[3].split(",") if mounts else False
        record.measure("root mounted", "read-only" if read_only else "writable")
        record.expect(read_only, "its root file system is writable")
        record.measure("writable", ", ".join(sorted(declared)) or "nothing")


EXPERIMENTS = (
    Experiment(
        "P06-root",
        Stage.CLUSTER,
        "Is a pod writable only at its declared paths?",
        "the root is read-only, the declared paths are writable",
        root,
        60,
    ),
)
