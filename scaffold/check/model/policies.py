"""What NetworkPolicies let through: https://kubernetes.io/docs/concepts/services-networking/network-policies/.

A policy is judged by what is written down. Where that does not say who a selector selects (the labels of a namespace
that is not here, addresses), it may let through.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from scaffold.check.model import runtime
from scaffold.check.model.objects import KubernetesObject, NetworkPolicy
from scaffold.check.model.selection import selects
from scaffold.check.model.workloads import Workload
from scaffold.syntax.yaml_nodes import Value

Direction = Literal["Ingress", "Egress"]

_OTHERS = frozenset(
    {"cilium.io", "crd.antrea.io", "crd.projectcalico.org", "policy.networking.k8s.io", "projectcalico.org"}
)
"""The groups of other network policies: Cilium's, Antrea's, Calico's, and those of the cluster's administrators."""
_NAME = "kubernetes.io/metadata.name"
_EVERYWHERE = frozenset({"0.0.0.0/0", "::/0"})


def governs(policy: NetworkPolicy, direction: Direction) -> bool:
    """Return whether a policy restricts a direction: what it does not let through in it is dropped."""
    types = {each.text() for each in policy.value.items("spec", "policyTypes")}
    return direction in types if types else direction == "Ingress" or bool(rules_of(policy, direction))


def rules_of(policy: NetworkPolicy, direction: Direction) -> list[Value]:
    """Return the rules of a policy in a direction, each with the ports and the peers that it lets through."""
    return policy.value.items("spec", direction.lower())


def peers_of(rule: Value) -> list[Value]:
    """Return whom a rule speaks of; nobody means everybody."""
    return rule.items("from") or rule.items("to")


def everybody(rule: Value) -> str:
    """Return `everybody` or `every pod of the cluster` where a rule restricts nobody; otherwise nothing."""
    peers = peers_of(rule)
    if not peers or any(_is_everywhere(each.get("ipBlock")) for each in peers):
        return "everybody"
    return "every pod of the cluster" if any(_is_every_pod(each) for each in peers) else ""


def _is_everywhere(block: Value | None) -> bool:
    return block is not None and block.text("cidr") in _EVERYWHERE and not block.items("except")


def _is_every_pod(peer: Value) -> bool:
    namespaces, pods = peer.get("namespaceSelector"), peer.get("podSelector")
    return namespaces is not None and not namespaces.fields() and (pods is None or not pods.fields())


class Policies:
    """What is known beside the NetworkPolicies among some objects: other policies, and the labels of namespaces."""

    def __init__(self, objects: Iterable[KubernetesObject]) -> None:
        """Take the objects that are deployed together."""
        self._labels: dict[str, dict[str, str]] = {}
        self._others: set[str] = set()
        self._in_cluster = False
        for each in objects:
            if each.group in _OTHERS and each.kind.endswith("NetworkPolicy"):
                self._others.add(each.namespace)
                self._in_cluster = self._in_cluster or each.kind not in ("CiliumNetworkPolicy", "NetworkPolicy")
            elif each.kind == "Namespace" and not each.group:
                self._labels[each.name] = {_NAME: each.name, **each.value.texts("metadata", "labels")}

    def others_in(self, namespace: str) -> bool:
        """Return whether policies of other kinds, which are not read here, may count in a namespace."""
        return self._in_cluster or namespace in self._others or bool(self._others and not namespace)

    def may_pass(self, policy: NetworkPolicy, direction: Direction, other: Workload, port: Port) -> bool:
        """Return whether a policy may let its pods be asked by another workload (Ingress), or ask it (Egress)."""
        return any(
            port.is_in(rule.items("ports")) and self._may_be(peers_of(rule), policy, other)
            for rule in rules_of(policy, direction)
        )

    def _may_be(self, peers: list[Value], policy: NetworkPolicy, other: Workload) -> bool:
        return not peers or any(
            bool(each.get("ipBlock")) or (self._may_be_there(each, policy, other) and _may_be_pod(each, other))
            for each in peers
        )

    def _may_be_there(self, peer: Value, policy: NetworkPolicy, other: Workload) -> bool:
        """Return whether a workload may be in a namespace that a peer names: without a selector, the policy's own."""
        selector, namespace = peer.get("namespaceSelector"), other.namespace
        if selector is None:
            return namespace == policy.namespace or not namespace or not policy.namespace
        if labels := self._labels.get(namespace):
            return selects(selector, labels)
        asked = {*selector.texts("matchLabels"), *(each.text("key") for each in selector.items("matchExpressions"))}
        return not namespace or not asked <= {_NAME} or selects(selector, {_NAME: namespace})


def _may_be_pod(peer: Value, other: Workload) -> bool:
    selector = peer.get("podSelector")
    if selector is None or selects(selector, other.pod_labels):
        return True
    return not runtime.LABELS.isdisjoint(selector.texts("matchLabels"))


@dataclass(frozen=True)
class Port:
    """A port of pods: its number, and the names that it may have."""

    number: int
    names: frozenset[str]

    def is_in(self, ports: list[Value]) -> bool:
        """Return whether the ports of a rule have it: TCP, by number, range or name; no ports are all."""
        return not ports or any(self._is(each) for each in ports)

    def _is(self, entry: Value) -> bool:
        if entry.text("protocol") not in (None, "TCP"):
            return False
        first, last = entry.number("port"), entry.number("endPort")
        if first is None:
            return entry.get("port") is None or entry.text("port") in self.names
        return first <= self.number <= (first if last is None else last)
