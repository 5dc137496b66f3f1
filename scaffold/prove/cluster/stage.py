"""What all cluster experiments share: the cluster, a namespace with Pod Security `restricted`, and the image."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from scaffold.prove.clock import Clock
from scaffold.prove.cluster.kubectl import Kubectl, KubectlFailed, find_cluster
from scaffold.prove.load import Vegeta
from scaffold.prove.model import Experiment
from scaffold.prove.runtime import LABEL, Runtime
from scaffold.prove.subject import Subject

RESTRICTED = {
    "pod-security.kubernetes.io/enforce": "restricted",
    "pod-security.kubernetes.io/enforce-version": "latest",
}


@dataclass
class ClusterStage:
    """The cluster and the namespace that experiments use; `kubectl` works in that namespace."""

    kubectl: Kubectl
    runtime: Runtime
    subject: Subject
    image: str  # its id
    vegeta: Vegeta | None = None

    @contextmanager
    def lab(self, experiment: Experiment, clock: Clock) -> Iterator[ClusterLab]:
        """Open the lab of one experiment."""
        yield ClusterLab(self, experiment, clock)


@dataclass
class ClusterLab:
    """One experiment's bench."""

    stage: ClusterStage
    experiment: Experiment
    clock: Clock


@contextmanager
def open_stage(
    runtime: Runtime, subject: Subject, image: str, context: str | None, vegeta: Vegeta | None
) -> Iterator[ClusterStage]:
    """Make a namespace in the cluster, enforce `restricted` in it, and delete it at the end, whatever happened.

    Raises:
        PlatformError: when there is no cluster that may be used.
    """
    cluster = find_cluster(context)
    name = f"scaffold-prove-{runtime.run}"
    labels = {**RESTRICTED, LABEL: runtime.run, f"{LABEL}.pid": str(os.getpid()), f"{LABEL}.host": platform.node()}
    cluster.call("create", "namespace", name)
    try:
        cluster.call("label", "namespace", name, *(f"{key}={value}" for key, value in labels.items()))
        yield ClusterStage(Kubectl(cluster.program, cluster.context, name), runtime, subject, image, vegeta)
    finally:
        delete_namespace(cluster, name)


def delete_namespace(cluster: Kubectl, name: str) -> None:
    """Delete a namespace with all that is in it; the cluster ends its pods by itself afterwards."""
    cluster.call("delete", "namespace", name, "--ignore-not-found", "--wait=false")


def sweep(cluster: Kubectl) -> list[str]:
    """Delete the namespaces that killed runs of this machine have left behind; return their names."""
    from scaffold.prove.runtime import is_left

    try:
        found = cluster.get("namespaces", f"--selector={LABEL}")["items"]
    except KubectlFailed:
        return []
    left = [each["metadata"]["name"] for each in found if is_left(each["metadata"]["labels"])]
    for name in left:
        delete_namespace(cluster, name)
    return left
