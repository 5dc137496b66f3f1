"""P03: no naked Pods; pods that a node can be drained of."""

from __future__ import annotations

from dataclasses import replace

from scaffold.check.model.objects import PodDisruptionBudget, Service
from scaffold.check.model.scope import Scope
from scaffold.check.model.selection import MANY, selects
from scaffold.check.model.workloads import DaemonSet, Pod, Server, StatefulSet
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.check.rules.selected import meant, selects_any
from scaffold.kubernetes.quantities import share_of


class NakedPod(Rule[Pod]):
    """A Pod is created directly.

    Nothing replaces it when its node fails, is drained or evicts it.
    """

    id = "P03-naked-pod"
    severity = "warning"
    looks_at = Pod

    def check(self, pod: Pod, scope: Scope) -> Problems:
        """Make it the template of a Deployment."""
        if _is_naked(pod) and not _asked_by(pod, scope):
            yield Problem(pod.value.get("kind") or pod.at, f"a naked Pod: nothing replaces {pod.name} when it is lost")


def _is_naked(pod: Pod) -> bool:
    """Return whether nothing replaces a Pod that is to stay."""
    return not (pod.ends or pod.is_patch or pod.is_hook or pod.value.get("metadata", "ownerReferences"))


def _asked_by(pod: Pod, scope: Scope) -> Service | None:
    """Return a Service that has no other pods than naked ones."""
    services = (each for each in scope.services_of(pod) if len(scope.workloads_of(each)) <= MANY)
    return next((each for each in services if all(isinstance(one, Pod) for one in scope.workloads_of(each))), None)


class NakedPodServes(Rule[Pod]):
    """A Service sends its requests to a Pod that was created directly.

    Nothing replaces it when its node fails, is drained or evicts it. From then on, every request fails.
    """

    id = "P03-naked-pod-serves"
    severity = "warning"
    looks_at = Pod

    def check(self, pod: Pod, scope: Scope) -> Problems:
        """Make it the template of a Deployment."""
        if _is_naked(pod) and (service := _asked_by(pod, scope)):
            message = f"a naked Pod: nothing replaces {pod.name} when it is lost, and {service.name} has no other"
            yield Problem(pod.value.get("kind") or pod.at, message, (service.at,))


class BudgetBlocksDrain(Rule[PodDisruptionBudget]):
    """A PodDisruptionBudget never lets a pod go.

    `kubectl drain` then never ends, and neither does an upgrade of the cluster's nodes.
    """

    id = "P03-budget-blocks-drain"
    severity = "error"
    looks_at = PodDisruptionBudget

    def check(self, budget: PodDisruptionBudget, scope: Scope) -> Problems:
        """Set `maxUnavailable: 1` instead of `minAvailable`: one pod may go, whatever the number of replicas."""
        held = scope.workloads_of(budget)
        servers = [each for each in held if isinstance(each, Server)]
        pods = [_fewest(each, scope) for each in servers]
        whole = None if None in pods else sum(each or 0 for each in pods)
        blocked = [found for each in servers[:MANY] if (found := _blocked(budget, each, whole, scope))]
        if blocked:
            more = f" (also for {len(blocked) - 1} more)" if len(blocked) > 1 else ""
            yield replace(blocked[0], message=blocked[0].message + more)


def _blocked(budget: PodDisruptionBudget, server: Server, whole: int | None, scope: Scope) -> Problem | None:
    """Return what is wrong where the budget lets no pod of a workload go; `whole` is how many pods it has in all."""
    replicas = _fewest(server, scope)
    if isinstance(server, DaemonSet) or replicas is None:
        return None
    most = budget.value.get("spec", "maxUnavailable")
    least = budget.value.get("spec", "minAvailable")
    if most and share_of(most.text(), replicas, up=True) == 0:
        return Problem(most, f"no pod of {server.name} may ever go, so its nodes can't be drained")
    if least and whole and (share_of(least.text(), whole, up=True) or 0) >= whole and replicas > 0:
        must = "the only pod" if replicas == 1 else f"all {replicas}"
        message = f"{must} of {server.name} must stay, so its nodes can't be drained"
        return Problem(least, message, also=(server.value.get("spec", "replicas") or server.at,))
    return None


def _fewest(server: Server, scope: Scope) -> int | None:
    """Return how many pods there may be at times: what the autoscaler goes down to, otherwise the replicas.

    None where that is not known.
    """
    autoscaler = scope.autoscaler_of(server)
    return autoscaler.fewest if autoscaler else server.replicas


class ServiceSelectsNothing(Rule[Service]):
    """A Service selects no pods, although its workload is in the same files.

    The Service has no endpoints: every connection to it is refused, and no error shows why.
    """

    id = "P03-service-selects-nothing"
    severity = "error"
    looks_at = Service

    def check(self, service: Service, scope: Scope) -> Problems:
        """Use only labels that the pod template has. All labels of the selector must be present there."""
        selector = service.value.get("spec", "selector")
        if not selector or not service.selector or selects_any(service, scope):
            return
        if workload := meant(service, service.selector, scope):
            labels = workload.template.get("metadata", "labels") if workload.template else None
            yield Problem(
                selector, f"no pod has all these labels: {_shown(service.selector)}", (labels,) if labels else ()
            )


def _shown(labels: dict[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in labels.items())


class BudgetSelectsNothing(Rule[PodDisruptionBudget]):
    """A PodDisruptionBudget selects no pods, although its workload is in the same files.

    It protects nothing: a drain may take all pods at once.
    """

    id = "P03-budget-selects-nothing"
    severity = "error"
    looks_at = PodDisruptionBudget

    def check(self, budget: PodDisruptionBudget, scope: Scope) -> Problems:
        """Use only labels that the pod template has. All labels of the selector must be present there."""
        labels = budget.selector.texts("matchLabels") if budget.selector else {}
        if not selects_any(budget, scope) and meant(budget, labels, scope):
            yield Problem(budget.selector or budget.at, f"{budget.name} selects no pods, so it protects none")


class SelectorMismatch(Rule[Server]):
    """A workload's selector does not select its own pods.

    The API server rejects it. In old versions, the controller creates pods without end because it finds none.
    """

    id = "P03-selector-mismatch"
    severity = "error"
    looks_at = Server

    def check(self, server: Server, scope: Scope) -> Problems:
        """Use only labels of `template.metadata.labels` in `selector.matchLabels`."""
        selector = server.value.get("spec", "selector")
        if not selector or not server.template or not (selector.get("matchLabels") or selector.get("matchExpressions")):
            return
        if not selects(selector, server.pod_labels):
            labels = server.template.get("metadata", "labels") or server.template
            yield Problem(selector, f"{server.name} does not select its own pods", also=(labels,))


class SetService(Rule[StatefulSet]):
    """A StatefulSet names a Service that does not exist, although another Service selects its pods.

    The pods get no DNS names of their own, so they can't find each other.
    """

    id = "P03-set-service"
    severity = "warning"
    looks_at = StatefulSet

    def check(self, server: StatefulSet, scope: Scope) -> Problems:
        """Add a headless Service (`clusterIP: None`) with that name."""
        name = server.value.get("spec", "serviceName")
        services = scope.services_of(server)
        if name and name.text() and services and not scope.named.service(server.namespace, name.text() or ""):
            yield Problem(name, f"there is no Service {name.text()}, so the pods have no DNS names", (services[0].at,))


class NoBudget(Rule[Server]):
    """A service with several pods has no PodDisruptionBudget.

    When nodes are drained, for an upgrade or by the autoscaler, all its pods may go at once.
    """

    id = "P03-no-budget"
    severity = "warning"
    kind = "hygiene"
    looks_at = Server

    def check(self, server: Server, scope: Scope) -> Problems:
        """Add a PodDisruptionBudget with `maxUnavailable: 1`."""
        pods = _fewest(server, scope)
        if isinstance(server, DaemonSet) or pods is None or pods < 2 or not scope.services_of(server):
            return
        if not scope.budgets_of(server):
            yield Problem(server.at, f"no PodDisruptionBudget: a drain may take all {pods} pods of {server.name}")


class OverlappingBudgets(Rule[PodDisruptionBudget]):
    """Two PodDisruptionBudgets select the same pods.

    The eviction API returns an error for a pod with more than one budget, so its node can't be drained.
    """

    id = "P03-overlapping-budgets"
    severity = "error"
    looks_at = PodDisruptionBudget

    def check(self, budget: PodDisruptionBudget, scope: Scope) -> Problems:
        """Keep one of them."""
        held = [each for each in scope.workloads_of(budget) if isinstance(each, Server)]
        servers = [each for each in held if scope.budgets_of(each)[0] is not budget]
        if not servers:
            return
        server, first = servers[0], scope.budgets_of(servers[0])[0]
        others = f" (and of {len(servers) - 1} more)" if len(servers) > 1 else ""
        message = (
            f"the pods of {server.name}{others} have two budgets, {first.name} and {budget.name}: they can't be evicted"
        )
        yield Problem(budget.selector or budget.at, message, also=(first.selector or first.at,))
