"""P15: network policies that select what they are for, let through what it needs, and not everything."""

from __future__ import annotations

from scaffold.check.model.objects import NetworkPolicy
from scaffold.check.model.policies import Direction, everybody, governs, rules_of
from scaffold.check.model.scope import Scope
from scaffold.check.model.selection import MANY
from scaffold.check.model.workloads import Server, Workload
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.check.rules.selected import meant, selects_any
from scaffold.syntax.yaml_nodes import Value

_DNS = frozenset({53, 5353, 8053})  # OpenShift's pods answer at 5353, GKE's NodeLocal cache at 8053


class NoPolicy(Rule[Workload]):
    """A workload has no NetworkPolicy though others beside it have one.

    Every pod of the cluster reaches all its ports, and it reaches every address: whoever breaks into it has a way into
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
    """Tell whether pods are in the network of their node, where no policy counts."""
    return workload.pod is not None and workload.pod.is_true("hostNetwork")


class PolicySelectsNothing(Rule[NetworkPolicy]):
    """A NetworkPolicy selects no pods though the workload that it is for stands beside it.

    The pods that it was written for have no policy: everything may reach them.
    """

    id = "P15-policy-selects-nothing"
    severity = "error"
    looks_at = NetworkPolicy

    def check(self, policy: NetworkPolicy, scope: Scope) -> Problems:
        """Make its podSelector a part of the labels of the pod template that it is for."""
        labels = policy.selector.texts("matchLabels") if policy.selector else {}
        if not selects_any(policy, scope) and meant(policy, labels, scope):
            yield Problem(policy.selector or policy.at, f"{policy.name} selects no pods, so it protects none")


class OpenPolicy(Rule[NetworkPolicy]):
    """A NetworkPolicy lets everything through in a direction.

    It protects nothing there, and what other policies restrict is open again: what any policy lets through passes.
    """

    id = "P15-open-policy"
    severity = "warning"
    looks_at = NetworkPolicy

    def check(self, policy: NetworkPolicy, scope: Scope) -> Problems:
        """Name the ports, and whom they are for."""
        directions: tuple[Direction, ...] = ("Ingress", "Egress")
        for direction in directions:
            if not governs(policy, direction):
                continue
            for rule in rules_of(policy, direction):
                who = everybody(rule)
                if not rule.items("ports") and (who == "everybody" or (who and direction == "Ingress")):
                    what = f"lets {who} in" if direction == "Ingress" else "lets everything out"
                    yield Problem(_at(rule), f"{policy.name} {what}, on every port")
                    break


def _at(rule: Value) -> Value:
    """Return what to point at in a rule: its first key, or the rule where it is empty."""
    return rule.key_of("from") or rule.key_of("to") or rule


class PolicyPort(Rule[NetworkPolicy]):
    """A NetworkPolicy opens the port of the Service, and not that of the pods.

    A policy sees packets as they arrive at the pod, at its targetPort: what the callers send is dropped.
    """

    id = "P15-policy-port"
    severity = "error"
    looks_at = NetworkPolicy

    def check(self, policy: NetworkPolicy, scope: Scope) -> Problems:
        """Open the containers' port, best by its name."""
        opened = scope.opened(policy)
        if not opened.numbers:
            return
        services = {
            id(service): service
            for each in scope.workloads_of(policy)[:MANY]
            if isinstance(each, Server)
            for service in scope.services_of(each)
        }
        moved = {
            number
            for service in services.values()
            for port in service.value.items("spec", "ports")
            if (number := port.number("port")) is not None
        } - opened.numbers
        for rule in policy.value.items("spec", "ingress"):
            for each in rule.items("ports"):
                port = each.get("port")
                if port and port.number() in moved and each.number("endPort") is None:
                    also = (opened.first,) if opened.first else ()
                    yield Problem(port, f"{port.text()} is the Service's port; the pods listen on another", also)


class PolicyClosesDns(Rule[NetworkPolicy]):
    """A NetworkPolicy restricts what pods may reach, and no policy lets them ask DNS.

    Nothing that they call by its name is found; each call waits for the resolver's time limit.
    """

    id = "P15-policy-closes-dns"
    severity = "warning"
    looks_at = NetworkPolicy

    def check(self, policy: NetworkPolicy, scope: Scope) -> Problems:
        """Allow UDP and TCP port 53 to the pods `k8s-app: kube-dns` of kube-system."""
        if not policy.value.items("spec", "egress") or _opens_dns(policy):
            return
        for each in scope.workloads_of(policy)[:MANY]:
            if not any(_opens_dns(other) for other in scope.policies_of(each)):
                at = _egress(policy) or policy.at
                yield Problem(at, f"{each.name} can't ask DNS: no policy lets it reach port 53")
                return


def _egress(policy: NetworkPolicy) -> Value | None:
    spec = policy.value.get("spec")
    return spec.key_of("egress") if spec else None


def _opens_dns(policy: NetworkPolicy) -> bool:
    """Tell whether a policy lets its pods reach a DNS server somewhere: port 53, or any port of any kind of place."""
    for rule in policy.value.items("spec", "egress"):
        ports = rule.items("ports")
        if any(_DNS & {each.number("port"), each.number("endPort")} or each.text("port") == "dns" for each in ports):
            return True
        if any((each.number("port") or 0) <= 53 <= (each.number("endPort") or 0) for each in ports):
            return True
        open_to = rule.items("to")
        if not ports and (not open_to or any(each.get("namespaceSelector") or each.get("ipBlock") for each in open_to)):
            return True
    return False
