"""What all cluster experiments share: a namespace with Pod Security `restricted`, and the service deployed in it."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scaffold.errors import PlatformError
from scaffold.prove.clock import Clock
from scaffold.prove.cluster import load_pod
from scaffold.prove.cluster import stubs as upstreams
from scaffold.prove.cluster.images import hand_over
from scaffold.prove.cluster.kubectl import Kubectl, KubectlFailed, find_cluster
from scaffold.prove.cluster.lab import FIRST_PATIENCE, ClusterLab
from scaffold.prove.cluster.objects import build, closed, moved, place_of, unknown
from scaffold.prove.cluster.settings import ClusterSettings
from scaffold.prove.load import Vegeta
from scaffold.prove.model import Experiment, Failed
from scaffold.prove.runtime import LABEL, Runtime
from scaffold.prove.subject.manifests import Object
from scaffold.prove.subject.subject import Subject

RESTRICTED = {
    "pod-security.kubernetes.io/enforce": "restricted",
    "pod-security.kubernetes.io/enforce-version": "latest",
}


@dataclass
class ClusterStage:
    """The namespace that experiments use; `kubectl` works in it."""

    kubectl: Kubectl
    subject: Subject
    place: Path  # where its manifests lie
    objects: Sequence[Object]  # as they are applied
    left_out: Sequence[Object]  # of kinds that the cluster does not know
    stubs: Sequence[upstreams.Upstream]
    brought: Sequence[Object]  # what this run puts beside the service: the stubs, the load
    vegeta: Vegeta | None = None
    turn: threading.Lock = field(default_factory=threading.Lock)  # held by whoever disturbs the deployed service
    problem: str = ""  # why it could not be deployed
    came_up: bool = False  # whether every pod has been ready once
    _applying: threading.Lock = field(default_factory=threading.Lock)
    _applied: bool = False

    @contextmanager
    def lab(self, experiment: Experiment, clock: Clock) -> Iterator[ClusterLab]:
        """Open the lab of one experiment, with all manifests applied; `ClusterLab.service` waits for the rollout."""
        lab = ClusterLab(self, experiment, clock)
        with self._applying:
            if not self._applied:
                self._applied = True
                self.problem = deploy(self, lab)
        lab.check_deployed()
        lab.clock = clock.again()  # the deployment was not this experiment's time
        yield lab


def deploy(stage: ClusterStage, lab: ClusterLab) -> str:
    """Apply what this run brings along, then the service; return what went wrong, or nothing.

    The stubs answer before the service starts, so that its jobs find them.
    """
    lab.clock = lab.clock.again(600)
    try:
        if stage.brought:
            apply(stage.kubectl, stage.brought)
        for each in stage.brought:
            if each["kind"] == "Deployment":
                lab.rolled_out(each["metadata"]["name"], patience=FIRST_PATIENCE)
        apply(stage.kubectl, stage.objects)
    except KubectlFailed as error:
        return f"the cluster refuses it: {error}"
    except Failed as failed:
        return str(failed)
    return ""


def apply(kubectl: Kubectl, objects: Sequence[Object]) -> None:
    """Apply objects.

    Raises:
        KubectlFailed: when the cluster refuses one.
    """
    kubectl.call("apply", "--filename=-", input_=json.dumps({"apiVersion": "v1", "kind": "List", "items": [*objects]}))


@contextmanager
def open_stage(
    runtime: Runtime, subject: Subject, image: str, settings: ClusterSettings, vegeta: Vegeta | None
) -> Iterator[ClusterStage]:
    """Make a namespace in the cluster, enforce `restricted` in it, and delete it at the end, whatever happened.

    `image` is the id of the service's image.

    Raises:
        PlatformError: when there is no cluster that may be used, or the image can't be handed to it.
        SettingError: when the service has no manifests that can be built.
    """
    cluster = find_cluster(settings.context)
    place = place_of(subject, settings.overlay)
    found = build(place, cluster)
    reference = _reference(runtime, subject, image, settings, cluster)
    name = f"scaffold-prove-{runtime.run}"
    stubs = upstreams.upstreams(subject.dependencies)
    objects = moved(found, subject.name, name, reference, upstreams.hosts(stubs))
    left_out = unknown(objects, cluster)
    labels = {**RESTRICTED, LABEL: runtime.run, f"{LABEL}.pid": str(os.getpid()), f"{LABEL}.host": platform.node()}
    cluster.call("create", "namespace", name)
    try:
        cluster.call("label", "namespace", name, *(f"{key}={value}" for key, value in labels.items()))
        own = Kubectl(cluster.program, cluster.context, name)
        applied = [each for each in objects if each not in left_out]
        brought = upstreams.objects(stubs, settings.stub_image, closed(applied))
        if settings.load_image:
            brought, vegeta = [*brought, *load_pod.objects(settings.load_image)], load_pod.vegeta(own)
        yield ClusterStage(own, subject, place, applied, left_out, stubs, brought, vegeta)
    finally:
        delete_namespace(cluster, name)
        if not subject.image:
            with contextlib.suppress(Exception):
                runtime.call("untag", reference) if runtime.is_podman else runtime.call("rmi", reference)


def _reference(runtime: Runtime, subject: Subject, image: str, settings: ClusterSettings, cluster: Kubectl) -> str:
    """Return the name by which the cluster's nodes have the image, which was built or named."""
    if subject.image and not settings.load_command:
        return subject.image  # the nodes pull it
    reference = f"localhost/kube-scaffold-prove/{subject.name}:{runtime.run}"
    hand_over(runtime, image, reference, cluster.context, settings.load_command)
    return reference


def delete_namespace(cluster: Kubectl, name: str) -> None:
    """Delete a namespace with all that is in it; the cluster ends its pods by itself afterwards.

    Raises:
        PlatformError: when the cluster does not do it.
    """
    try:
        cluster.call("delete", "namespace", *cluster.named(name), "--ignore-not-found", "--wait=false")
    except KubectlFailed as error:
        raise PlatformError(
            f"namespace {name} could not be deleted in {cluster.context} ({str(error).splitlines()[-1]}); "
            "`scaffold prove --sweep --cluster` does it when the cluster answers again."
        ) from error


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
