"""P03: no naked Pods; pods that a node can be drained of."""

from __future__ import annotations

from dataclasses import replace

from scaffold.check.findings import Problem
from scaffold.check.model.objects import DaemonSet, NetworkPolicy, Pod, PodDisruptionBudget, Server, Service, Workload
from scaffold.check.model.selection import MANY, selects
from scaffold.check.rules.rule import Problems, Rule
from scaffold.kubernetes.quantities import share_of


class NakedPod(Rule[Pod]):
    """A Pod is made directly.

    Nothing brings it back when its node fails, is drained or evicts it.
    """

    id = "P03-naked-pod"
    severity = "error"
    looks_at = Pod

    def check(self, pod: Pod) -> Problems:
        """Make it the template of a Deployment, or of a Job if it ends by itself."""
        if not pod.value.get("metadata", "ownerReferences"):
            yield Problem(pod.value.get("kind") or pod.at, f"a naked Pod: nothing replaces {pod.name} when it is lost")


class BudgetBlocksDrain(Rule[PodDisruptionBudget]):
    """A PodDisruptionBudget lets no pod go.

    `kubectl drain` then waits for ever, and so does every upgrade of the cluster's nodes.
    """

    id = "P03-budget-blocks-drain"
    severity = "error"
    looks_at = PodDisruptionBudget

    def check(self, budget: PodDisruptionBudget) -> Problems:
        """Say `maxUnavailable: 1` instead of `minAvailable`: one pod may go, whatever the number of replicas."""
        blocked = [found for each in budget.workloads[:MANY] if (found := _blocked(budget, each))]
        if blocked:
            more = f" (and so for {len(blocked) - 1} more)" if len(blocked) > 1 else ""
            yield replace(blocked[0], message=blocked[0].message + more)


def _blocked(budget: PodDisruptionBudget, server: Workload) -> Problem | None:
    """Return what is wrong where the budget lets no pod of a workload go."""
    if isinstance(server, DaemonSet) or not isinstance(server, Server):
        return None
    most = budget.value.get("spec", "maxUnavailable")
    least = budget.value.get("spec", "minAvailable")
    replicas = _fewest(server)
    if most and share_of(most.text(), replicas, up=True) == 0:
        return Problem(most, f"no pod of {server.name} may ever go, so its nodes can't be drained")
    if least and (share_of(least.text(), replicas, up=True) or 0) >= replicas > 0:
        must = "the only pod" if replicas == 1 else f"all {replicas}"
        message = f"{must} of {server.name} must stay, so its nodes can't be drained"
        return Problem(least, message, also=(server.value.get("spec", "replicas") or server.at,))
    return None


def _fewest(server: Server) -> int:
    """Return how many pods there may be at times: what the autoscaler goes down to, or else the replicas."""
    if server.autoscaler:
        number = server.autoscaler.value.number("spec", "minReplicas")
        return 1 if number is None else number
    return server.replicas


class ServiceSelectsNothing(Rule[Service]):
    """A Service selects no pods though the workload that it is for stands beside it.

    It has no endpoints: every connection to it is refused, and nothing says why.
    """

    id = "P03-service-selects-nothing"
    severity = "error"
    looks_at = Service

    def check(self, service: Service) -> Problems:
        """Make its selector a part of the labels of the pod template that it is for."""
        selector = service.value.get("spec", "selector")
        if not selector or not service.selector or service.workloads:
            return
        if meant := _meant(service, service.selector):
            labels = meant.template.get("metadata", "labels") if meant.template else None
            yield Problem(
                selector, f"no pod has all these labels: {_shown(service.selector)}", (labels,) if labels else ()
            )


def _meant(each: Service | PodDisruptionBudget | NetworkPolicy, labels: dict[str, str]) -> Workload | None:
    """Return the workload that a selector which selects none is for, or None: its pods may be made elsewhere.

    It is the one with half of the labels or with the same name, or the only one, if nothing of the kind selects it.
    """
    if close := each.scope.with_half(labels, each.namespace):
        return close
    if named := each.scope.workload(each.namespace, "", each.name):
        return named
    workloads = each.scope.workloads_in(each.namespace)
    return workloads[0] if len(workloads) == 1 and not each.scope.any_selects(type(each)) else None


def _shown(labels: dict[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in labels.items())


class BudgetSelectsNothing(Rule[PodDisruptionBudget]):
    """A PodDisruptionBudget selects no pods though the workload that it is for stands beside it.

    It protects nothing: a drain may take all pods at once.
    """

    id = "P03-budget-selects-nothing"
    severity = "error"
    looks_at = PodDisruptionBudget

    def check(self, budget: PodDisruptionBudget) -> Problems:
        """Make its selector a part of the labels of the pod template that it is for."""
        labels = budget.selector.texts("matchLabels") if budget.selector else {}
        if not budget.workloads and _meant(budget, labels):
            yield Problem(budget.selector or budget.at, f"{budget.name} selects no pods, so it protects none")


class PolicySelectsNothing(Rule[NetworkPolicy]):
    """A NetworkPolicy selects no pods though the workload that it is for stands beside it.

    The pods that it was written for have no policy: everything may reach them.
    """

    id = "P03-policy-selects-nothing"
    severity = "error"
    looks_at = NetworkPolicy

    def check(self, policy: NetworkPolicy) -> Problems:
        """Make its podSelector a part of the labels of the pod template that it is for."""
        labels = policy.selector.texts("matchLabels") if policy.selector else {}
        if not policy.workloads and _meant(policy, labels):
            yield Problem(policy.selector or policy.at, f"{policy.name} selects no pods, so it protects none")


class SelectorMismatch(Rule[Server]):
    """A workload's selector does not select its own pods.

    The API server refuses it, or (in old versions) the controller makes pods without end because it finds none.
    """

    id = "P03-selector-mismatch"
    severity = "error"
    looks_at = Server

    def check(self, server: Server) -> Problems:
        """Make `selector.matchLabels` a part of `template.metadata.labels`."""
        selector = server.value.get("spec", "selector")
        if not selector or not server.template or not (selector.get("matchLabels") or selector.get("matchExpressions")):
            return
        if not selects(selector, server.pod_labels):
            labels = server.template.get("metadata", "labels") or server.template
            yield Problem(selector, f"{server.name} does not select its own pods", also=(labels,))


class NoBudget(Rule[Server]):
    """A service with several pods has no PodDisruptionBudget.

    When nodes are drained, for an upgrade or by the autoscaler, all its pods may go at once.
    """

    id = "P03-no-budget"
    severity = "warning"
    looks_at = Server

    def check(self, server: Server) -> Problems:
        """Add a PodDisruptionBudget with `maxUnavailable: 1`."""
        if isinstance(server, DaemonSet) or _fewest(server) < 2 or not server.services:
            return
        if not server.budgets:
            yield Problem(
                server.at, f"no PodDisruptionBudget: a drain may take all {_fewest(server)} pods of {server.name}"
            )


class OverlappingBudgets(Rule[PodDisruptionBudget]):
    """Two PodDisruptionBudgets select the same pods.

    The eviction API answers with an error for a pod with more than one budget, so its node can't be drained.
    """

    id = "P03-overlapping-budgets"
    severity = "error"
    looks_at = PodDisruptionBudget

    def check(self, budget: PodDisruptionBudget) -> Problems:
        """Keep one of them."""
        servers = [each for each in budget.workloads if isinstance(each, Server) and each.budgets[0] is not budget]
        if not servers:
            return
        server, first = servers[0], servers[0].budgets[0]
        others = f" (and of {len(servers) - 1} more)" if len(servers) > 1 else ""
        message = (
            f"the pods of {server.name}{others} have the budgets {first.name} and {budget.name}: no eviction works"
        )
        yield Problem(budget.selector or budget.at, message, also=(first.selector or first.at,))
