"""P15: who reaches whom: callers the services that they need, and nobody else the ports to look after them."""

from __future__ import annotations

from collections.abc import Iterable

from scaffold.check.model.callers import Call, calls, port_of
from scaffold.check.model.objects import KubernetesObject, NetworkPolicy, Service
from scaffold.check.model.policies import Direction, Port, everybody, governs, rules_of
from scaffold.check.model.ports import ADMIN
from scaffold.check.model.routes import backends, is_outside
from scaffold.check.model.scope import Scope
from scaffold.check.model.selection import MANY
from scaffold.check.model.workloads import Container, Workload
from scaffold.check.rules.p15_policies import on_host
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.syntax.yaml_nodes import Value

_ADMIN_NUMBERS = frozenset({2345, 5005, 8778, 9229, 9901, 15000})
"""Ports of a debugger or of an admin interface: Delve, JDWP, Jolokia, Node's inspector, Envoy, Istio."""
_FEW = 20  # servers behind a Service, and policies of a workload: of more, not all can be known to be closed


class Unreachable(Rule[Container]):
    """A container calls a Service, and no policy lets it through to its pods.

    Every call waits until it times out.
    """

    id = "P15-unreachable"
    severity = "error"
    looks_at = Container

    def check(self, container: Container, scope: Scope) -> Problems:
        """Let the caller in by the server's policy, at the port of the pods, and out by its own."""
        client = container.workload
        if on_host(client) or scope.policies.others_in(client.namespace):
            return
        told: set[tuple[str, str]] = set()
        for call in calls(container, scope):
            problem = _closed(call, client, scope)
            if problem and (call.shown, problem.message) not in told:
                told.add((call.shown, problem.message))
                yield problem


def _closed(call: Call, client: Workload, scope: Scope) -> Problem | None:
    """Return what keeps a call from all pods that it may arrive at."""
    servers = scope.workloads_of(call.service)
    if not 0 < len(servers) <= _FEW or client in servers or scope.policies.others_in(call.service.namespace):
        return None
    found: list[tuple[NetworkPolicy, Direction]] = []
    for server in servers:
        port = port_of(call, server)
        closed = _closing(client, server, port, scope) if port and not on_host(server) else None
        if closed is None:
            return None
        found.append(closed)
    policy, direction = found[0]
    why = "lets it out" if direction == "Egress" else "of its pods lets it in"
    return Problem(call.at, f"{client.name} can't reach {call.shown}: no NetworkPolicy {why}", (policy.at,))


def _closing(client: Workload, server: Workload, port: Port, scope: Scope) -> tuple[NetworkPolicy, Direction] | None:
    """Return the first policy of the side that is closed: the client's way out, or the server's way in."""
    sides: tuple[tuple[Workload, Workload, Direction], ...] = ((client, server, "Egress"), (server, client, "Ingress"))
    for own, other, direction in sides:
        its = [each for each in scope.policies_of(own) if governs(each, direction)]
        sure = next((each for each in its if scope.name or _is_for(each, own)), None)
        if sure is None or len(its) > _FEW:
            continue
        if not any(scope.policies.may_pass(each, direction, other, port) for each in its):
            return sure, direction
    return None


def _is_for(policy: NetworkPolicy, own: Workload) -> bool:
    """Return whether a policy is surely in force with a workload: a chapter's that closes all is not in the others."""
    if policy.namespace or (policy.selector and policy.selector.fields()):
        return True
    here, there = (f"/{each.value.document.source.path}".rpartition("/")[0] + "/" for each in (policy, own))
    return here.startswith(there) or there.startswith(here)


def admin_ports(workloads: Iterable[Workload]) -> dict[int | str, str]:
    """Return the ports of pods by which people look after a program, by number and by name, and how each is called.

    A port that is called as its container is the one that the program is there for, as that of `shop-admin`. So are
    those of an exporter.
    """
    found: dict[int | str, str] = {}
    workloads = [each for each in workloads if not _exports(each)]
    for container in (each for workload in workloads for each in workload.containers):
        for port in container.ports:
            name, number = port.text("name") or "", port.number("containerPort")
            if number is None or name == container.name:
                continue
            if ADMIN.search(name) if name else number in _ADMIN_NUMBERS:
                shown = f"{name} ({number})" if name else str(number)
                found |= {number: shown} | ({name: shown} if name else {})
    return found


def _exports(workload: Workload) -> bool:
    """Return whether a workload is there to export metrics, by its name: they are what it serves."""
    return "exporter" in workload.name or all("exporter" in each.name for each in workload.containers)


class AdminPortOpen(Rule[NetworkPolicy]):
    """A NetworkPolicy opens an admin port to everybody.

    Metrics, profiles and debuggers show the program's data, and some change it. They are for the monitoring.
    """

    id = "P15-admin-port-open"
    severity = "warning"
    looks_at = NetworkPolicy

    def check(self, policy: NetworkPolicy, scope: Scope) -> Problems:
        """Open it in a separate rule, `from` the namespace of the monitoring."""
        if not governs(policy, "Ingress"):
            return
        admin = admin_ports(scope.workloads_of(policy)[:MANY])
        for rule in rules_of(policy, "Ingress"):
            who = everybody(rule) if admin else ""
            for entry in rule.items("ports") if who else ():
                port = entry.get("port")
                if port and (shown := admin.get(_key(port))):
                    yield Problem(port, f"{policy.name} opens the admin port {shown} to {who}")


class AdminPortExposed(Rule[KubernetesObject]):
    """An admin port is reachable from outside of the cluster.

    Metrics, profiles and debuggers show the program's data, and some change it. Whoever finds the load balancer, the
    node's port or the Ingress can use them.
    """

    id = "P15-admin-port-exposed"
    severity = "error"
    looks_at = KubernetesObject

    def check(self, each: KubernetesObject, scope: Scope) -> Problems:
        """Give it a separate Service of type ClusterIP, and let the monitoring call the pods."""
        if isinstance(each, Service):
            if _is_outside(each):
                for port in each.value.items("spec", "ports"):
                    if shown := _admin(port, each, scope):
                        at = port.get("targetPort") or port.get("port") or port
                        yield Problem(at, f"{each.name} opens the admin port {shown} to the outside of the cluster")
            return
        for backend in backends(each) if is_outside(each) else ():
            service = scope.named.service(backend.namespace, backend.name)
            for port in service.value.items("spec", "ports") if service and backend.port else ():
                said = backend.port.text() if backend.port else None
                if (
                    service
                    and said in (port.text("port"), port.text("name"))
                    and (shown := _admin(port, service, scope))
                ):
                    yield Problem(
                        backend.port or each.at,
                        f"{each.name} opens the admin port {shown} to the outside of the cluster",
                    )


def _admin(port: Value, service: Service, scope: Scope) -> str:
    """Return how the port of the pods behind a Service's port is called, if that is an admin port."""
    target = port.get("targetPort") or port.get("port")
    return admin_ports(scope.workloads_of(service)[:MANY]).get(_key(target), "") if target else ""


def _key(port: Value) -> int | str:
    number = port.number()
    return number if number is not None else port.text() or ""


def _is_outside(service: Service) -> bool:
    """Return whether a Service opens its ports outside of the cluster, to any address."""
    kind = service.value.text("spec", "type")
    if kind == "NodePort":
        return True
    internal = any("internal" in f"{key}={value}".lower() for key, value in service.annotations.items())
    return kind == "LoadBalancer" and not internal and not service.value.items("spec", "loadBalancerSourceRanges")
