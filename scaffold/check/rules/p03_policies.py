"""P03: network policies that select what they are for, and let through what it needs."""

from __future__ import annotations

from scaffold.check.model.objects import NetworkPolicy
from scaffold.check.model.scope import Scope
from scaffold.check.model.selection import MANY
from scaffold.check.model.workloads import Server
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.check.rules.selected import meant, selects_any
from scaffold.syntax.yaml_nodes import Value

_DNS = frozenset({53, 5353, 8053})  # OpenShift's pods answer at 5353, GKE's NodeLocal cache at 8053


class PolicySelectsNothing(Rule[NetworkPolicy]):
    """A NetworkPolicy selects no pods, although its workload is in the same files.

    The pods that it was written for have no policy: everything can reach them.
    """

    id = "P03-policy-selects-nothing"
    severity = "error"
    looks_at = NetworkPolicy

    def check(self, policy: NetworkPolicy, scope: Scope) -> Problems:
        """Use only labels that the pod template has. All labels of the podSelector must be present there."""
        labels = policy.selector.texts("matchLabels") if policy.selector else {}
        if not selects_any(policy, scope) and meant(policy, labels, scope):
            yield Problem(policy.selector or policy.at, f"{policy.name} selects no pods, so it protects none")


class PolicyPort(Rule[NetworkPolicy]):
    """A NetworkPolicy opens the port of the Service instead of the port of the pods.

    A policy sees packets as they arrive at the pod, on its targetPort. Packets from callers are dropped.
    """

    id = "P03-policy-port"
    severity = "error"
    looks_at = NetworkPolicy

    def check(self, policy: NetworkPolicy, scope: Scope) -> Problems:
        """Open the containers' port, preferably by its name."""
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
            if (number := port.number("port")) is not None and number not in service.targets
        } - opened.numbers
        for rule in policy.value.items("spec", "ingress"):
            for each in rule.items("ports"):
                port = each.get("port")
                if port and port.number() in moved and each.number("endPort") is None:
                    also = (opened.first,) if opened.first else ()
                    yield Problem(
                        port, f"{port.text()} is the Service's port, but the pods listen on another one", also
                    )


class PolicyClosesDns(Rule[NetworkPolicy]):
    """A NetworkPolicy restricts what pods may reach, and no policy lets them reach DNS.

    The pods can't resolve any name; each call waits until the resolver times out.
    """

    id = "P03-policy-closes-dns"
    severity = "warning"
    looks_at = NetworkPolicy

    def check(self, policy: NetworkPolicy, scope: Scope) -> Problems:
        """Allow UDP and TCP port 53 to the pods `k8s-app: kube-dns` of kube-system, and to 169.254.20.10.

        On GKE with Cloud DNS, allow it to 169.254.169.254. On OpenShift, allow port 5353 to the pods of
        `openshift-dns`.
        """
        if not policy.value.items("spec", "egress") or scope.once(_dns_rules, policy):
            return
        for each in scope.workloads_of(policy)[:MANY]:
            if not any(scope.once(_dns_rules, other) for other in scope.policies_of(each)):
                at = _egress(policy) or policy.at
                yield Problem(at, f"{each.name} can't reach DNS: no policy allows port 53")
                return


class PolicyDnsPodsOnly(Rule[NetworkPolicy]):
    """A NetworkPolicy lets pods reach DNS only at the pods of kube-dns.

    With NodeLocal DNSCache or GKE's Cloud DNS, an address of the node answers, and no label selects it. There the pods
    can't resolve any name.
    """

    id = "P03-policy-dns-pods-only"
    severity = "warning"
    kind = "hygiene"
    looks_at = NetworkPolicy

    def check(self, policy: NetworkPolicy, scope: Scope) -> Problems:
        """Also allow port 53 to 169.254.20.10/32 (NodeLocal DNSCache) and 169.254.169.254/32 (Cloud DNS)."""
        rule = next((each for each in scope.once(_dns_rules, policy) if _only_kube_dns(each)), None)
        if rule is None or scope.policies.others_in(policy.namespace):
            return
        for each in scope.workloads_of(policy)[:MANY]:
            beside = [rule for other in scope.policies_of(each) for rule in scope.once(_dns_rules, other)]
            if all(map(_only_kube_dns, beside)):
                yield Problem(rule.key_of("to") or rule, f"{each.name} can't reach a DNS server that is not a pod")
                return


def _only_kube_dns(rule: Value) -> bool:
    """Return whether a rule lets through to nothing but pods with kube-dns's label."""
    peers = rule.items("to")
    return bool(peers) and all(each.text("podSelector", "matchLabels", "k8s-app") == "kube-dns" for each in peers)


def _egress(policy: NetworkPolicy) -> Value | None:
    spec = policy.value.get("spec")
    return spec.key_of("egress") if spec else None


def _dns_rules(policy: NetworkPolicy, _: Scope) -> list[Value]:
    """Return the rules of a policy that open DNS: port 53, or any port of any kind of place."""
    return [each for each in policy.value.items("spec", "egress") if _is_dns(each)]


def _is_dns(rule: Value) -> bool:
    ports = rule.items("ports")
    if any(map(_has_dns, ports)):
        return True
    open_to = rule.items("to")
    return not ports and (not open_to or any(each.get("namespaceSelector") or each.get("ipBlock") for each in open_to))


def _has_dns(port: Value) -> bool:
    if port.text("port") == "dns":
        return True
    first, last = port.number("port"), port.number("endPort")
    return first in _DNS or last in _DNS or (first or 0) <= 53 <= (last or 0)
