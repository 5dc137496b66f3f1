"""P15: the policies of a service that has a route let in what is in front of it."""

from __future__ import annotations

from scaffold.check.model.callers import Call, port_of
from scaffold.check.model.objects import KubernetesObject, NetworkPolicy
from scaffold.check.model.policies import Port, governs, peers_of, rules_of
from scaffold.check.model.routes import Backend, backends, is_outside
from scaffold.check.model.scope import Scope
from scaffold.check.model.workloads import Workload
from scaffold.check.rules.p15_policies import on_host
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.syntax.yaml_nodes import Value

_FEW = 20  # servers behind a Service, and policies of a workload: of more, not all can be known to be closed


class RouteClosed(Rule[KubernetesObject]):
    """A route sends requests to a port that no NetworkPolicy opens to the gateway.

    The gateway or the Ingress controller is another pod, mostly in another namespace. Every request waits until it
    times out.
    """

    id = "P15-route-closed"
    severity = "warning"
    looks_at = KubernetesObject

    def check(self, route: KubernetesObject, scope: Scope) -> Problems:
        """Open the port of the pods to the namespace of the gateway's pods."""
        if not is_outside(route) or scope.policies.others_in(route.namespace):
            return
        away = _is_away(route)
        for backend in backends(route):
            if not backend.asked and (policy := _closing(backend, away, scope)):
                told = f"{policy.name} does not let the gateway in to {backend.name}"
                yield Problem(backend.at, told, also=(policy.at,))


def _is_away(route: KubernetesObject) -> bool:
    """Return whether the Gateway of a route is surely in another namespace."""
    spaces = [each.text("namespace") for each in route.value.items("spec", "parentRefs")]
    return bool(route.namespace and spaces) and all(each and each != route.namespace for each in spaces)


def _closing(backend: Backend, away: bool, scope: Scope) -> NetworkPolicy | None:
    """Return the policy that closes all pods behind a Service, if they are closed."""
    service = scope.named.service(backend.namespace, backend.name)
    servers = scope.workloads_of(service) if service else []
    if not service or not 0 < len(servers) <= _FEW:
        return None
    said = backend.port.text() if backend.port else None
    ports = [each for each in service.value.items("spec", "ports") if said in (each.text("port"), each.text("name"))]
    number = ports[0].number("port") if ports else None
    closing: list[NetworkPolicy] = []
    for server in servers:
        port = port_of(Call(backend.at, service, number), server) if number is not None else None
        policy = _closed(server, port, away, scope) if port and not on_host(server) else None
        if policy is None:
            return None
        closing.append(policy)
    return closing[0]


def _closed(server: Workload, port: Port, away: bool, scope: Scope) -> NetworkPolicy | None:
    """Return the first policy of a workload whose policies open a port to no gateway."""
    its = [each for each in scope.policies_of(server) if governs(each, "Ingress")]
    sure = next((each for each in its if scope.name or (each.selector and each.selector.fields())), None)
    if sure is None or len(its) > _FEW:
        return None
    rules = (rule for each in its for rule in rules_of(each, "Ingress") if port.is_in(rule.items("ports")))
    return None if any(_admits(rule, away) for rule in rules) else sure


def _admits(rule: Value, away: bool) -> bool:
    """Return whether a rule may let in a gateway; without a selector of namespaces, a peer is in the policy's own."""
    peers = peers_of(rule)
    return not peers or any(each.get("ipBlock") or each.get("namespaceSelector") or not away for each in peers)
