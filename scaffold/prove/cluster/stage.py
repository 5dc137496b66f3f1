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

from scaffold.errors import PlatformError
from scaffold.prove.clock import Clock
from scaffold.prove.cluster import load_pod, secrets, stubs
from scaffold.prove.cluster.deployed import Deployed
from scaffold.prove.cluster.door import Door, FromHere, FromPod
from scaffold.prove.cluster.images import hand_over
from scaffold.prove.cluster.kubectl import Kubectl, KubectlFailed, find_cluster
from scaffold.prove.cluster.objects import (
    callers_let_in,
    egress_restricted_pods,
    moved_into_namespace,
    not_served,
)
from scaffold.prove.cluster.place import Place, build, place_of
from scaffold.prove.cluster.rollout import FIRST_PATIENCE, PATIENCE, wait_for_rollout
from scaffold.prove.cluster.settings import ClusterSettings
from scaffold.prove.cluster.stubs import Stubs
from scaffold.prove.load import Vegeta
from scaffold.prove.model import Failed
from scaffold.prove.runtime import LABEL, Runtime
from scaffold.prove.subject.manifests import Object
from scaffold.prove.subject.subject import Subject

RESTRICTED = {
    "pod-security.kubernetes.io/enforce": "restricted",
    "pod-security.kubernetes.io/enforce-version": "latest",
}


@dataclass
class ClusterStage:
    """The namespace that experiments use, with the service `subject` in it."""

    subject: Subject
    place: Place  # where its manifests lie
    deployed: Deployed
    left_out: Sequence[Object]  # of kinds that the cluster does not know
    stubs: Stubs
    brought: Sequence[Object]  # what this run puts beside the service: the stubs, the load
    door: Door
    vegeta: Vegeta | None = None
    turn: threading.Lock = field(default_factory=threading.Lock)  # held by whoever disturbs the deployed service
    problem: str = field(default="", init=False)  # why it could not be deployed
    _came_up: bool = field(default=False, init=False)  # whether every pod has been ready once
    _applying: threading.Lock = field(default_factory=threading.Lock, init=False)
    _applied: bool = field(default=False, init=False)

    def deploy(self, clock: Clock) -> None:
        """Apply all manifests, at the first call.

        Raises:
            Failed: when the service could not be deployed.
        """
        with self._applying:
            if not self._applied:
                self._applied = True
                self.problem = self._deploy(clock.again(600))
        self.check_deployed()

    def check_deployed(self) -> None:
        """Go on only where the service could be deployed.

        Raises:
            Failed: when it could not, with the reason.
        """
        if self.problem:
            raise Failed(self.problem)

    def wait_for_all(self, clock: Clock) -> None:
        """Wait for every pod to be ready; where that never comes the first time, nobody waits for it again.

        Raises:
            Failed: when it does not come, with what the pods say.
        """
        self.check_deployed()
        patience = PATIENCE if self._came_up else FIRST_PATIENCE
        try:
            wait_for_rollout(self.deployed, self.deployed.name, clock, "readyReplicas", patience)
        except Failed as failed:
            self.problem = "" if self._came_up else str(failed)
            raise
        self._came_up = True

    def _deploy(self, clock: Clock) -> str:
        """Apply what this run brings along, then the service; return what went wrong, or nothing.

        The stubs respond before the service starts, so that its jobs find them.
        """
        kubectl = self.deployed.kubectl
        try:
            if self.brought:
                apply(kubectl, self.brought)
            for each in self.brought:
                if each["kind"] == "Deployment":
                    wait_for_rollout(self.deployed, each["metadata"]["name"], clock, patience=FIRST_PATIENCE)
            apply(kubectl, self.deployed.objects)
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
        FileError: when the service has no manifests that can be built.
        OptionError: when an option names a chart or values that are not there.
    """
    cluster = find_cluster(settings.context)
    place = place_of(subject, settings)
    name = f"scaffold-prove-{runtime.run}"
    found = build(place, subject.name, name)
    reference = _reference(runtime, subject, image, settings, cluster)
    stubbed = stubs.upstreams(subject.dependencies)
    objects = moved_into_namespace(found, subject.name, name, reference, stubs.hosts(stubbed))
    left_out = not_served(objects, cluster)
    labels = {**RESTRICTED, LABEL: runtime.run, f"{LABEL}.pid": str(os.getpid()), f"{LABEL}.host": platform.node()}
    cluster.call("create", "namespace", name)
    try:
        cluster.call("label", "namespace", name, *(f"{key}={value}" for key, value in labels.items()))
        own = Kubectl(cluster.program, cluster.context, name)
        applied = [each for each in objects if each not in left_out]
        brought = stubs.objects(stubbed, settings.stub_image, egress_restricted_pods(applied))
        brought = [*brought, *callers_let_in(applied, subject.name), *secrets.objects(subject.secrets)]
        deployed = Deployed(own, applied, subject.name)
        door: Door = FromHere(deployed, subject.path)
        if settings.load_image:
            vegeta = load_pod.vegeta(own)
            brought, door = [*brought, *load_pod.objects(settings.load_image)], FromPod(deployed, subject.path, vegeta)
        yield ClusterStage(subject, place, deployed, left_out, Stubs(own, stubbed), brought, door, vegeta)
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
            "run `scaffold prove --sweep --cluster` when the cluster responds again."
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
