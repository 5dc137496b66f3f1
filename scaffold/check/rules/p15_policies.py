"""P15: a network policy for each workload, that lets through what it needs and not everything."""

from __future__ import annotations

from scaffold.check.model.objects import NetworkPolicy
from scaffold.check.model.policies import Direction, everybody, governs, rules_of
from scaffold.check.model.scope import Scope
from scaffold.check.model.workloads import Workload
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.syntax.yaml_nodes import Value


class NoPolicy(Rule[Workload]):
    """A workload has no NetworkPolicy, although other workloads have one.

    Every pod of the cluster reaches all its ports, and it reaches every address. Whoever breaks into it has a way into
    the others.
    """

    id = "P15-no-policy"
    severity = "warning"
    kind = "hygiene"
    looks_at = Workload

    def check(self, workload: Workload, scope: Scope) -> Problems:
        """Add a NetworkPolicy that selects its pods, or one for all pods of the namespace that lets nothing through."""
        if not workload.pod or workload.is_hook or scope.policies_of(workload) or on_host(workload):
            return
        other = scope.policy_beside(workload)
        if other and not scope.policies.others_in(workload.namespace):
            yield Problem(
                workload.at, f"no NetworkPolicy selects the pods of {workload.name}; others have {other.name}"
            )


def on_host(workload: Workload) -> bool:
    """Return whether pods are in the network of their node, where no policy counts."""
    return workload.pod is not None and workload.pod.is_true("hostNetwork")


class OpenPolicy(Rule[NetworkPolicy]):
    """A NetworkPolicy lets everything through in a direction.

    It protects nothing there. It also undoes other policies, because traffic passes if any policy allows it.
    """

    id = "P15-open-policy"
    severity = "warning"
    looks_at = NetworkPolicy

    def check(self, policy: NetworkPolicy, scope: Scope) -> Problems:
        """Name the ports, and the peers that may use them."""
        directions: tuple[Direction, ...] = ("Ingress", "Egress")
        for direction in directions:
            if not governs(policy, direction):
                continue
            for rule in rules_of(policy, direction):
                who = "" if rule.items("ports") else everybody(rule)
                if who and (who == "everybody" or direction == "Ingress"):
                    what = f"lets {who} in" if direction == "Ingress" else "lets everything out"
                    yield Problem(_at(rule), f"{policy.name} {what}, on every port")
                    break


def _at(rule: Value) -> Value:
    """Return what to point at in a rule: its first key, or the rule where it is empty."""
    return rule.key_of("from") or rule.key_of("to") or rule
