"""What a selector that selects nothing is for."""

from __future__ import annotations

from scaffold.check.model.objects import KubernetesObject, Service
from scaffold.check.model.placeholders import is_put_in_later
from scaffold.check.model.scope import Scope
from scaffold.check.model.selection import MANY
from scaffold.check.model.selectors import Selector
from scaffold.check.model.workloads import Server, Workload

_STATES = frozenset(
    "true false leader follower master slave primary secondary replica standby active passive".split()  # noqa: SIM905
)

_MANAGED = "app.kubernetes.io/managed-by"
_DEPLOYS = frozenset({"Helm", "helm", "Tiller", "kustomize", "argocd", "flux"})


def selects_any(each: Selector, scope: Scope) -> bool:
    """Return whether it selects a workload that stands here, or that a controller may make."""
    if scope.workloads_of(each):
        return True
    labels = each.selector if isinstance(each, Service) else each.selector.texts("matchLabels") if each.selector else {}
    return bool(labels) and (scope.run_time_labels.may_be(labels) or _states_added(each.namespace, labels, scope))


def _states_added(namespace: str, labels: dict[str, str], scope: Scope) -> bool:
    """Return whether pods are selected but for their state, which they label themselves with, as Vault does."""
    states = {key for key, value in labels.items() if value.lower() in _STATES}
    others = {key: value for key, value in labels.items() if key not in states}
    pods = scope.workloads_in(namespace, others) if states and others else []
    return bool(pods) and all(states.isdisjoint(each.pod_labels) for each in pods[:MANY])


def meant(each: Selector, labels: dict[str, str], scope: Scope) -> Workload | None:
    """Return the workload that a selector which selects none is for, or None: its pods may be made elsewhere.

    It is the one with half of the labels, with the same name, or with a label with nearly the same spelling; otherwise
    the only one, if it serves beside, one of its labels has the same key, and nothing of the kind selects it.
    An environment may hold a part only: where it selects pods of another one, only the same name counts. So it is for
    plain manifests whose pods stand elsewhere in the repository: for another cluster, or to be added to them. Where
    charts or files beside are missing, it may be for their pods: only the same name or nearly the same spelling counts.
    """
    elsewhere = any(other.workloads_of(each) for other in scope.elsewhere(each))
    if elsewhere or (not scope.name and scope.repository.pods.have(labels)):
        return scope.named.workload(each.namespace, "", each.name)
    if _of_operator(labels, scope):
        return None
    lacks_pods = scope.lacks_pods(each)
    if not lacks_pods and (close := scope.with_half(labels, each.namespace)):
        return close if _share_words(each, labels, close) else None
    named = scope.named.workload(each.namespace, "", each.name)
    if named and _is_alike(labels, named) and (scope.name or _is_beside(each, named)):
        return named
    if misspelt := scope.misspelt(labels, each.namespace):
        return misspelt
    if lacks_pods:
        return None
    workloads = scope.workloads_in(each.namespace)
    if len(workloads) != 1 or scope.any_selects(type(each)) or not labels.keys() & workloads[0].pod_labels.keys():
        return None
    only = workloads[0]
    return only if isinstance(only, Server) and (scope.name or _is_beside(each, only)) else None


def _of_operator(labels: dict[str, str], scope: Scope) -> bool:
    """Return whether labels are of pods that a program manages, and none of those that stand here is managed by it."""
    manager = labels.get(_MANAGED)
    return (
        bool(manager)
        and manager not in _DEPLOYS
        and all(each.pod_labels.get(_MANAGED) != manager for each in scope.of(Workload)[:MANY])
    )


def _share_words(one: KubernetesObject, labels: dict[str, str], other: Workload) -> bool:
    """Return whether a common label is not a variable, which each file may fill in by itself (`app: $NAME`)."""
    common = labels.items() & other.pod_labels.items()
    return one.value.document.source.path == other.value.document.source.path or not all(
        is_put_in_later(value) for _, value in common
    )


def _is_alike(labels: dict[str, str], workload: Workload) -> bool:
    """Return whether pods have a key or a value of some labels; without any, a tool may write theirs later."""
    pods = workload.pod_labels
    return bool(labels.keys() & pods.keys() or set(labels.values()) & set(pods.values()))


def _is_beside(one: KubernetesObject, other: KubernetesObject) -> bool:
    """Return whether two objects stand in one folder, in one below the other, or in two that lie beside each other."""
    here, there = (each.value.document.source.path.rpartition("/")[0] for each in (one, other))
    if here.startswith(there) or there.startswith(here):
        return True
    return here.rpartition("/")[0] == there.rpartition("/")[0]
