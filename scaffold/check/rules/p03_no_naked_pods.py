"""P03: no naked Pods; pods that a node can be drained of."""

from __future__ import annotations

from scaffold.check.findings import Problem
from scaffold.check.model.objects import DaemonSet, Pod, PodDisruptionBudget, Server, Service
from scaffold.check.model.quantities import share_of
from scaffold.check.rules.rule import Problems, Rule


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
        for server in budget.workloads:
            if isinstance(server, DaemonSet) or not isinstance(server, Server):
                continue
            most = budget.value.get("spec", "maxUnavailable")
            least = budget.value.get("spec", "minAvailable")
            replicas = _fewest(server)
            if most and share_of(most.text(), replicas, up=True) == 0:
                yield Problem(most, f"no pod of {server.name} may ever go, so its nodes can't be drained")
            elif least and (share_of(least.text(), replicas, up=True) or 0) >= replicas > 0:
                message = f"all {replicas} of {server.name} must stay, so its nodes can't be drained"
                yield Problem(least, message, also=(server.value.get("spec", "replicas") or server.at,))


def _fewest(server: Server) -> int:
    """Return how many pods there may be at times: what the autoscaler goes down to, or else the replicas."""
    if server.autoscaler:
        number = server.autoscaler.value.number("spec", "minReplicas")
        return 1 if number is None else number
    return server.replicas


class ServiceSelectsNothing(Rule[Service]):
    """A Service selects no pods though workloads stand beside it.

    It has no endpoints: every connection to it is refused, and nothing says why.
    """

    id = "P03-service-selects-nothing"
    severity = "error"
    looks_at = Service

    def check(self, service: Service) -> Problems:
        """Make its selector a part of the labels of the pod template that it is for."""
        selector = service.value.get("spec", "selector")
        workloads = service.scope.workloads_in(service.namespace)
        if selector and service.selector and workloads and not service.workloads:
            close = max(workloads, key=lambda each: len(each.pod_labels.items() & service.selector.items()))
            labels = close.template.get("metadata", "labels") if close.template else None
            also = (labels,) if labels and close.pod_labels.items() & service.selector.items() else ()
            yield Problem(selector, f"no pod has all these labels: {_shown(service.selector)}", also)


def _shown(labels: dict[str, str]) -> str:
    return ", ".join(f"{key}={value}" for key, value in labels.items())
