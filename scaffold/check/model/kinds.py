"""Which class an object of a manifest is, by its API's group and its kind."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.check.model.custom_workloads import CustomWorkload, Rollout, ScaledJob, Workflow
from scaffold.check.model.objects import (
    ConfigMap,
    HorizontalPodAutoscaler,
    KubernetesObject,
    NetworkPolicy,
    PodDisruptionBudget,
    ScaledObject,
    Service,
)
from scaffold.check.model.workloads import (
    CronJob,
    DaemonSet,
    Deployment,
    Job,
    Pod,
    ReplicaSet,
    StatefulSet,
)
from scaffold.syntax.yaml_nodes import HOLDING, Value

_CORE: dict[str, type[KubernetesObject]] = {
    "ConfigMap": ConfigMap,
    "Pod": Pod,
    "ReplicationController": ReplicaSet,
    "Service": Service,
}
_APPS: dict[str, type[KubernetesObject]] = {
    "DaemonSet": DaemonSet,
    "Deployment": Deployment,
    "ReplicaSet": ReplicaSet,
    "StatefulSet": StatefulSet,
}
_WORKFLOWS = ("ClusterWorkflowTemplate", "CronWorkflow", "Workflow", "WorkflowTemplate")
KINDS: dict[str, dict[str, type[KubernetesObject]]] = {
    "": _CORE,
    "apps": _APPS,
    "argoproj.io": {"Rollout": Rollout, **dict.fromkeys(_WORKFLOWS, Workflow)},
    "autoscaling": {"HorizontalPodAutoscaler": HorizontalPodAutoscaler},
    "keda.sh": {"ScaledJob": ScaledJob, "ScaledObject": ScaledObject},
    "batch": {"CronJob": CronJob, "Job": Job},
    "extensions": {**_APPS, "NetworkPolicy": NetworkPolicy},
    "networking.k8s.io": {"NetworkPolicy": NetworkPolicy},
    "policy": {"PodDisruptionBudget": PodDisruptionBudget},
}
"""The kinds that rules know, by the group of their API: others use the same words for other things."""

SCALED = frozenset(_APPS) | {"ReplicationController", "Rollout"}
"""The kinds that an autoscaler scales, of those that are known here."""


def objects_in(root: Value) -> Iterator[KubernetesObject]:
    """Yield the Kubernetes object of a document, or those that it holds; nothing where it is something else."""
    kind = root.text("kind")
    version = root.text("apiVersion")
    if not kind or version is None:
        return
    if kind in HOLDING:
        for item in root.items(HOLDING[kind]):
            if item.text("kind") not in HOLDING:
                yield from objects_in(item)
        return
    group = version.rpartition("/")[0]
    known = KINDS.get(group, {}).get(kind)
    if known is None and root.items("spec", "template", "spec", "containers"):
        known = CustomWorkload
    yield (known or KubernetesObject)(root)
