"""Workloads, which make pods, and the containers of those."""

from __future__ import annotations

from typing import ClassVar
from weakref import ref

from scaffold.check.model.hooks import seconds_of
from scaffold.check.model.objects import KubernetesObject
from scaffold.check.model.probes import Probe
from scaffold.check.model.references import references
from scaffold.kubernetes.references import written
from scaffold.syntax.lazy import cached_property
from scaffold.syntax.yaml_nodes import Value


class Container:
    """A container of a pod.

    `role` is `main`, `init`, `sidecar` (an init container that restarts always), or `ephemeral` (one to debug with).
    """

    def __init__(self, value: Value, workload: Workload, role: str) -> None:
        """Take the container as it is written, and the workload whose pods it runs in."""
        self.value = value
        self.role = role
        self._workload = ref(workload)  # which holds its containers: each other would be a circle

    @property
    def workload(self) -> Workload:
        """Return the workload whose pods it runs in; it is there as long as its scope is."""
        workload = self._workload()
        assert workload is not None
        return workload

    @cached_property
    def name(self) -> str:
        """Return its name; some kinds that are not Kubernetes' own need none."""
        return self.value.text("name") or "the container"

    @property
    def at(self) -> Value:
        """Return what to point at when something is missing: its name."""
        return self.value.get("name") or self.value

    @cached_property
    def image(self) -> Value | None:
        """Return the image."""
        return self.value.get("image")

    @cached_property
    def image_name(self) -> str:
        """Return the last part of the image's name, without tag and digest."""
        text = (self.image.text() if self.image else None) or ""
        return written(text).last

    @cached_property
    def security(self) -> Value | None:
        """Return its own security context."""
        return self.value.get("securityContext")

    def setting(self, key: str) -> Value | None:
        """Return what its security context sets, otherwise the pod's."""
        if self.security and (value := self.security.get(key)):
            return value
        of_pod = self.workload.security
        return of_pod.get(key) if of_pod else None

    @cached_property
    def startup(self) -> Probe | None:
        """Return the startup probe."""
        return self._probe("startupProbe")

    @cached_property
    def readiness(self) -> Probe | None:
        """Return the readiness probe."""
        return self._probe("readinessProbe")

    @cached_property
    def liveness(self) -> Probe | None:
        """Return the liveness probe."""
        return self._probe("livenessProbe")

    @cached_property
    def probes(self) -> list[Probe]:
        """Return the probes that there are."""
        return [probe for probe in (self.startup, self.readiness, self.liveness) if probe]

    def _probe(self, kind: str) -> Probe | None:
        value = self.value.get(kind)
        return Probe(value, kind) if value else None

    @cached_property
    def ports(self) -> list[Value]:
        """Return the ports that it says it opens."""
        return self.value.items("ports")

    @cached_property
    def port_numbers(self) -> set[int]:
        """Return the numbers of its ports."""
        return {number for port in self.ports if (number := port.number("containerPort")) is not None}

    @cached_property
    def port_names(self) -> dict[str, int]:
        """Return the numbers of its named ports."""
        return {
            name: number
            for port in self.ports
            if (name := port.text("name")) and (number := port.number("containerPort")) is not None
        }

    @cached_property
    def words(self) -> list[Value]:
        """Return the words of `command` and `args`, in order."""
        return [*self.value.items("command"), *self.value.items("args")]

    @cached_property
    def word_texts(self) -> list[str]:
        """Return the texts of these words."""
        return [*self.value.item_texts("command"), *self.value.item_texts("args")]

    @cached_property
    def variables(self) -> dict[str, str]:
        """Return the variables of `env` that have a plain value: their texts, by name."""
        return {name: each.text("value") or "" for name, each in self._env.items()}

    def variable(self, name: str) -> Value:
        """Return the value of one of these variables, to point at it."""
        return self._env[name].get("value") or self._env[name]

    @cached_property
    def _env(self) -> dict[str, Value]:
        entries = ((each.text("name"), each) for each in self.value.items("env") if each.text("value") is not None)
        return {name: each for name, each in entries if name}

    @cached_property
    def pre_stop_seconds(self) -> int | None:
        """Return how long the preStop hook sleeps; None where it does something else, 0 where there is none."""
        return seconds_of(self.value.get("lifecycle", "preStop"))


class Workload(KubernetesObject):
    """An object that makes pods, or is one."""

    pod_path: ClassVar[tuple[str, ...]] = ("spec", "template")

    @cached_property
    def template(self) -> Value | None:
        """Return the pod template: `metadata` and `spec` of its pods."""
        return self.value.get(*self.pod_path)

    @cached_property
    def pod(self) -> Value | None:
        """Return the pods' spec."""
        return self.template.get("spec") if self.template else None

    @cached_property
    def security(self) -> Value | None:
        """Return the security context of its pods."""
        return self.pod.get("securityContext") if self.pod else None

    @cached_property
    def pod_labels(self) -> dict[str, str]:
        """Return the labels of its pods."""
        return self.template.texts("metadata", "labels") if self.template else {}

    @cached_property
    def pod_annotations(self) -> dict[str, str]:
        """Return the annotations of its pods."""
        return self.template.texts("metadata", "annotations") if self.template else {}

    @cached_property
    def containers(self) -> list[Container]:
        """Return the containers that run as long as the pod: main ones and sidecars."""
        sidecars = [each for each in self.init_containers if each.role == "sidecar"]
        if self.pod is None:
            return []
        return [*(Container(each, self, "main") for each in self.pod.items("containers")), *sidecars]

    @cached_property
    def init_containers(self) -> list[Container]:
        """Return the init containers; those that restart always are sidecars (Kubernetes 1.29)."""
        if self.pod is None:
            return []
        return [
            Container(each, self, "sidecar" if each.text("restartPolicy") == "Always" else "init")
            for each in self.pod.items("initContainers")
        ]

    @cached_property
    def all_containers(self) -> list[Container]:
        """Return every container once."""
        return [*self.containers, *(each for each in self.init_containers if each.role == "init")]

    @cached_property
    def ephemeral_containers(self) -> list[Container]:
        """Return the containers that somebody added to a running pod, which have no probes and no resources."""
        added = self.pod.items("ephemeralContainers") if self.pod else []
        return [Container(each, self, "ephemeral") for each in added]

    @cached_property
    def config_maps(self) -> list[tuple[Value, bool]]:
        """Return the names of the ConfigMaps that its pods need, and whether they become variables (else files)."""
        return references([each.value for each in self.all_containers], self.pod, "configMap")

    @cached_property
    def secrets(self) -> list[tuple[Value, bool]]:
        """Return the same of Secrets."""
        return references([each.value for each in self.all_containers], self.pod, "secret")

    @property
    def runs_once(self) -> bool:
        """Return whether its pods are to end by themselves."""
        return False

    @cached_property
    def volume_names(self) -> set[str | None] | None:
        """Return the names of its pods' volumes; None where not all of them stand here."""
        claims = {each.text("metadata", "name") for each in self.value.items("spec", "volumeClaimTemplates")}
        return claims | {each.text("name") for each in (self.pod.items("volumes") if self.pod else ())}

    @cached_property
    def is_windows(self) -> bool:
        """Return whether its pods run on Windows."""
        if self.pod is None:
            return False
        return "windows" in (self.pod.text("os", "name"), self.pod.text("nodeSelector", "kubernetes.io/os"))

    @cached_property
    def grace(self) -> int:
        """Return terminationGracePeriodSeconds, by default 30."""
        number = self.pod.number("terminationGracePeriodSeconds") if self.pod else None
        return 30 if number is None else number


class Pod(Workload):
    """A Pod that nothing made."""

    pod_path = ()

    @property
    def ends(self) -> bool:
        """Return whether it is to run once, and not without end."""
        return self.value.text("spec", "restartPolicy") in ("Never", "OnFailure")

    @property
    def runs_once(self) -> bool:
        """Return whether it is to end by itself."""
        return self.ends

    @property
    def is_patch(self) -> bool:
        """Return whether it is a part of a Pod, as kubeadm merges it into a static one: no container has an image."""
        return bool(self.containers) and not any(each.image for each in self.containers)


class Server(Workload):
    """A workload that runs without end: its pods serve."""

    @cached_property
    def replicas(self) -> int | None:
        """Return how many pods it wants, by default 1; None where that is given when it is deployed (`${REPLICAS}`)."""
        value = self.value.get("spec", "replicas")
        return value.number() if value else 1


class Deployment(Server):
    """A Deployment."""


class StatefulSet(Server):
    """A StatefulSet."""


class DaemonSet(Server):
    """A DaemonSet: a pod on each node."""


class ReplicaSet(Server):
    """A ReplicaSet or ReplicationController that no Deployment made."""


class Job(Workload):
    """A Job, or what a CronJob makes: `job` is the JobSpec."""

    @property
    def job(self) -> Value | None:
        """Return the JobSpec."""
        return self.value.get(*self.pod_path[:-1])

    @property
    def runs_once(self) -> bool:
        """Return true: a Job ends."""
        return True


class CronJob(Job):
    """A CronJob."""

    pod_path = ("spec", "jobTemplate", "spec", "template")
