"""Kubernetes objects by kind."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from scaffold.check.model.containers import Container
from scaffold.syntax.yaml_nodes import Value

if TYPE_CHECKING:
    from scaffold.check.model.scope import Scope


class KubernetesObject:
    """Any object; the kinds that rules know have classes of their own below."""

    def __init__(self, value: Value, scope: Scope) -> None:
        """Take the object as it is written, and the scope: all that is deployed together with it."""
        self.value = value
        self.scope = scope

    @cached_property
    def kind(self) -> str:
        """Return its kind."""
        return self.value.text("kind") or ""

    @cached_property
    def name(self) -> str:
        """Return its name, or its prefix where the API server makes the name."""
        return self.value.text("metadata", "name") or self.value.text("metadata", "generateName") or ""

    @cached_property
    def namespace(self) -> str:
        """Return its namespace, or nothing where the one of the deployment is meant."""
        return self.value.text("metadata", "namespace") or ""

    @cached_property
    def annotations(self) -> dict[str, str]:
        """Return its annotations."""
        return self.value.texts("metadata", "annotations")

    @property
    def at(self) -> Value:
        """Return what to point at when something is missing: its name."""
        return self.value.get("metadata", "name") or self.value.get("kind") or self.value


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
    def grace(self) -> int:
        """Return terminationGracePeriodSeconds, by default 30."""
        number = self.pod.number("terminationGracePeriodSeconds") if self.pod else None
        return 30 if number is None else number


class Pod(Workload):
    """A Pod that nothing made."""

    pod_path = ()


class Server(Workload):
    """A workload that runs for ever: its pods serve."""

    @cached_property
    def replicas(self) -> int:
        """Return how many pods it wants, by default 1."""
        number = self.value.number("spec", "replicas")
        return 1 if number is None else number

    @property
    def has_claim(self) -> bool:
        """Tell whether its pods mount a PersistentVolumeClaim."""
        return any(each.get("persistentVolumeClaim") for each in (self.pod.items("volumes") if self.pod else ()))

    @cached_property
    def autoscaler(self) -> HorizontalPodAutoscaler | None:
        """Return the autoscaler that sets the number of its pods."""
        return self.scope.autoscalers.get((self.namespace, self.kind, self.name))

    @property
    def services(self) -> list[Service]:
        """Return the Services that send traffic to its pods."""
        return self.scope.services_of.get(self, [])

    @property
    def balanced(self) -> list[Service]:
        """Return those of its Services that spread requests; who asks a headless one picks the pod by itself."""
        return [each for each in self.services if each.value.text("spec", "clusterIP") != "None"]

    @property
    def budgets(self) -> list[PodDisruptionBudget]:
        """Return the PodDisruptionBudgets that hold its pods."""
        return self.scope.budgets_of.get(self, [])


class Deployment(Server):
    """A Deployment."""


class StatefulSet(Server):
    """A StatefulSet."""


class DaemonSet(Server):
    """A DaemonSet: a pod on each node."""


class ReplicaSet(Server):
    """A ReplicaSet or ReplicationController that no Deployment made."""


class Rollout(Server):
    """A Rollout of Argo: a Deployment with steps of its own (https://argo-rollouts.readthedocs.io/)."""


class CustomWorkload(Workload):
    """An object of a kind that is not Kubernetes' own, with a pod template where a Deployment has it."""


class Job(Workload):
    """A Job, or what a CronJob makes: `job` is the JobSpec."""

    @property
    def job(self) -> Value | None:
        """Return the JobSpec."""
        return self.value.get(*self.pod_path[:-1])


class CronJob(Job):
    """A CronJob."""

    pod_path = ("spec", "jobTemplate", "spec", "template")


class Service(KubernetesObject):
    """A Service."""

    @cached_property
    def selector(self) -> dict[str, str]:
        """Return the labels that it looks for; without any it selects nothing."""
        return self.value.texts("spec", "selector")

    @cached_property
    def targets(self) -> set[int | str]:
        """Return the ports of pods that it sends traffic to, by number or name."""
        targets = (port.get("targetPort") or port.get("port") for port in self.value.items("spec", "ports"))
        return {number if (number := each.number()) is not None else each.text() or "" for each in targets if each}

    @cached_property
    def workloads(self) -> list[Workload]:
        """Return the workloads to whose pods it sends traffic."""
        return self.scope.with_labels(self.selector, self.namespace) if self.selector else []


class PodDisruptionBudget(KubernetesObject):
    """A PodDisruptionBudget."""

    @cached_property
    def selector(self) -> Value | None:
        """Return its LabelSelector."""
        return self.value.get("spec", "selector")

    @cached_property
    def workloads(self) -> list[Workload]:
        """Return the workloads whose pods it holds."""
        return self.scope.selected(self.selector, self.namespace)


class NetworkPolicy(KubernetesObject):
    """A NetworkPolicy."""

    @cached_property
    def selector(self) -> Value | None:
        """Return its LabelSelector; an empty one selects all pods of the namespace."""
        return self.value.get("spec", "podSelector")

    @cached_property
    def workloads(self) -> list[Workload]:
        """Return the workloads whose pods it is for."""
        return self.scope.selected(self.selector, self.namespace)


class HorizontalPodAutoscaler(KubernetesObject):
    """A HorizontalPodAutoscaler."""

    @cached_property
    def target(self) -> tuple[str, str]:
        """Return kind and name of what it scales."""
        target = self.value.get("spec", "scaleTargetRef")
        return (target.text("kind") or "", target.text("name") or "") if target else ("", "")

    @cached_property
    def workload(self) -> Server | None:
        """Return what it scales, if that is deployed with it."""
        found = self.scope.workload(self.namespace, *self.target)
        return found if isinstance(found, Server) else None


class ConfigMap(KubernetesObject):
    """A ConfigMap."""
