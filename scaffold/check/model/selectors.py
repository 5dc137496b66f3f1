"""Which workloads the objects that select pods select, and which of those objects select a workload."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from scaffold.check.model import runtime
from scaffold.check.model.objects import KubernetesObject, NetworkPolicy, PodDisruptionBudget, Service
from scaffold.check.model.ports import OpenPorts
from scaffold.check.model.selection import Selection, partners
from scaffold.check.model.workloads import StatefulSet, Workload
from scaffold.syntax.lazy import cached_property

Selector = Service | PodDisruptionBudget | NetworkPolicy
"""The kinds that select pods."""
S = TypeVar("S", Service, PodDisruptionBudget, NetworkPolicy)


class Selectors:
    """Objects that select pods, and the workloads among which they select."""

    def __init__(self, objects: Sequence[KubernetesObject], selection: Selection) -> None:
        """Take all objects that are deployed together."""
        self._objects = objects
        self._selection = selection
        self._selected: dict[Selector, list[Workload]] = {}
        self._opened: dict[int, tuple[list[Workload], OpenPorts]] = {}

    def workloads_of(self, each: Selector) -> list[Workload]:
        """Return the workloads whose pods an object selects."""
        if each not in self._selected:
            self._selected[each] = self._select(each)
        return self._selected[each]

    def _select(self, each: Selector) -> list[Workload]:
        if isinstance(each, Service):  # without labels it selects nothing
            return self._select_by_service(each) if each.selector else []
        labels = each.selector.texts("matchLabels") if each.selector else {}
        return self._selection.of(labels, each.namespace, each.selector)  # an empty selector selects all

    def _select_by_service(self, service: Service) -> list[Workload]:
        """Return what a Service selects by the labels that are written down, and by the name of one pod."""
        labels = {key: value for key, value in service.selector.items() if key not in runtime.LABELS}
        found = self._selection.of(labels, service.namespace)
        if pod := service.selector.get(runtime.POD_NAME):
            owner = pod.rpartition("-")[0]
            return [each for each in found if isinstance(each, StatefulSet) and each.name == owner]
        return found if labels else []

    @cached_property
    def services(self) -> dict[Workload, list[Service]]:
        """Return the Services that send traffic to each workload's pods, at most `MANY`."""
        return self._partners(Service)

    @cached_property
    def budgets(self) -> dict[Workload, list[PodDisruptionBudget]]:
        """Return the PodDisruptionBudgets that hold each workload's pods, at most `MANY`."""
        return self._partners(PodDisruptionBudget)

    @cached_property
    def policies(self) -> dict[Workload, list[NetworkPolicy]]:
        """Return the NetworkPolicies that select each workload's pods, at most `MANY`."""
        return self._partners(NetworkPolicy)

    def _partners(self, kind: type[S]) -> dict[Workload, list[S]]:
        return partners((each, self.workloads_of(each)) for each in self._objects if isinstance(each, kind))

    def any_selects(self, kind: type[Selector]) -> bool:
        """Return whether any object of a kind selects a workload."""
        if issubclass(kind, Service):
            return bool(self.services)
        return bool(self.budgets if issubclass(kind, PodDisruptionBudget) else self.policies)

    def opened(self, each: Selector) -> OpenPorts:
        """Return what the containers open that an object selects; objects that select the same share it."""
        workloads = self.workloads_of(each)
        if id(workloads) not in self._opened:
            self._opened[id(workloads)] = workloads, OpenPorts(workloads)
        return self._opened[id(workloads)][1]
