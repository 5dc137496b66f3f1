"""Kubernetes objects by kind; those that make pods are in `workloads`."""

from __future__ import annotations

from scaffold.check.model.placeholders import is_put_in_later
from scaffold.syntax.lazy import cached_property
from scaffold.syntax.yaml_nodes import Value


class KubernetesObject:
    """Any object; the kinds that rules know have classes of their own below."""

    def __init__(self, value: Value) -> None:
        """Take the object as it is written."""
        self.value = value

    @cached_property
    def kind(self) -> str:
        """Return its kind."""
        return self.value.text("kind") or ""

    @cached_property
    def group(self) -> str:
        """Return the API group of its kind, such as `apps`; nothing for the core group."""
        return (self.value.text("apiVersion") or "").rpartition("/")[0]

    @cached_property
    def name(self) -> str:
        """Return its name, or `prefix*` where the API server makes the name."""
        name, prefix = (self.value.text("metadata", key) for key in ("name", "generateName"))
        return name or (f"{prefix}*" if prefix else "")

    @cached_property
    def namespace(self) -> str:
        """Return its namespace, or nothing where the one of the deployment is meant.

        It is meant, too, where a tool wrote its own default: a chart may give it to a part of its objects only.
        """
        namespace = self.value.text("metadata", "namespace") or ""
        return "" if namespace == self.value.document.default_namespace else namespace

    @property
    def certain_namespace(self) -> str:
        """Return its namespace where that is sure, otherwise nothing: a variable may give it."""
        return "" if is_put_in_later(self.namespace) else self.namespace

    @cached_property
    def annotations(self) -> dict[str, str]:
        """Return its annotations."""
        return self.value.texts("metadata", "annotations")

    @property
    def is_hook(self) -> bool:
        """Return whether Helm or Argo CD runs it as a step of a deployment.

        Both delete the one of the last time before they make it again, where no other policy is given:
        https://helm.sh/docs/topics/charts_hooks/#hook-deletion-policies
        """
        return any(key.endswith(("/hook", "/hook-delete-policy")) for key in self.annotations)

    @property
    def at(self) -> Value:
        """Return what to point at when something is missing: its name."""
        return self.value.get("metadata", "name") or self.value.get("kind") or self.value


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


class PodDisruptionBudget(KubernetesObject):
    """A PodDisruptionBudget."""

    @cached_property
    def selector(self) -> Value | None:
        """Return its LabelSelector."""
        return self.value.get("spec", "selector")


class NetworkPolicy(KubernetesObject):
    """A NetworkPolicy."""

    @cached_property
    def selector(self) -> Value | None:
        """Return its LabelSelector; an empty one selects all pods of the namespace."""
        return self.value.get("spec", "podSelector")


class Autoscaler(KubernetesObject):
    """An object that sets how many pods a workload has."""

    @cached_property
    def target(self) -> tuple[str, str]:
        """Return kind and name of what it scales."""
        target = self.value.get("spec", "scaleTargetRef")
        return (target.text("kind") or "", target.text("name") or "") if target else ("", "")

    @property
    def fewest(self) -> int:
        """Return the number of pods that it goes down to."""
        number = self.value.number("spec", "minReplicas")
        return 1 if number is None else number


class HorizontalPodAutoscaler(Autoscaler):
    """A HorizontalPodAutoscaler."""


class ScaledObject(Autoscaler):
    """What KEDA scales, by a HorizontalPodAutoscaler that it makes (https://keda.sh/docs/latest/reference/scaledobject-spec/)."""

    @cached_property
    def target(self) -> tuple[str, str]:
        """Return kind and name of what it scales: a Deployment by default."""
        kind, name = super().target
        return kind or "Deployment", name

    @property
    def fewest(self) -> int:
        """Return the number of pods that it goes down to, by default none."""
        return self.value.number("spec", "minReplicaCount") or 0


class ConfigMap(KubernetesObject):
    """A ConfigMap."""
