"""P08: zero downtime: rollouts that keep every pod that the load needs, and stops that lose no request."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.check.model.objects import KubernetesObject, Service
from scaffold.check.model.ports import is_for_monitoring
from scaffold.check.model.scope import Scope
from scaffold.check.model.workloads import DaemonSet, Deployment, Server, StatefulSet
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.kubernetes.quantities import share_of
from scaffold.syntax.yaml_nodes import Value


class Recreated(Rule[Deployment]):
    """The strategy Recreate stops all pods that a Service sends requests to, although there are several.

    Every deployment makes all requests fail until a new pod is ready. Two cases need this strategy: a single pod, and a
    volume that only one node may mount at a time.
    """

    id = "P08-recreate"
    former_id = "P08-rollout-unavailable"
    severity = "error"
    looks_at = Deployment

    def check(self, deployment: Deployment, scope: Scope) -> Problems:
        """Set `strategy.type: RollingUpdate` with `maxUnavailable: 0`, or 1 replica if two versions must not meet."""
        kind, services = _recreate(deployment, scope), _asked(deployment, scope)
        if kind and services and (pods := _fewest(deployment, scope)) > 1:
            message = f"each deployment stops all {pods} pods of {deployment.name} before a new one serves"
            yield Problem(kind, f"{message} {services[0].name}", also=(services[0].at,))


def _asked(server: Server, scope: Scope) -> list[Service]:
    """Return the Services by which others than the monitoring send requests to a workload."""
    return [each for each in scope.balancers_of(server) if not is_for_monitoring(each)]


def _recreate(deployment: Deployment, scope: Scope) -> Value | None:
    """Return the strategy Recreate, where nothing that the pods hold makes it necessary."""
    kind = deployment.value.get("spec", "strategy", "type")
    if not kind or kind.text() != "Recreate" or _has_host_port(deployment):
        return None
    modes = [modes for _, _, modes in _claims(deployment, scope)]
    return None if any(not each or each <= _OF_ONE_NODE for each in modes) else kind


def _fewest(deployment: Deployment, scope: Scope) -> int:
    """Return how many pods there are at least."""
    autoscaler = scope.autoscaler_of(deployment)
    return autoscaler.fewest if autoscaler else deployment.replicas or 1


def _has_host_port(deployment: Deployment) -> bool:
    """Return whether a node has room for one of its pods only: the old one must go first."""
    return any(port.number("hostPort") for each in deployment.containers for port in each.ports)


_OF_ONE_NODE = frozenset({"ReadWriteOnce", "ReadWriteOncePod"})


def _claims(deployment: Deployment, scope: Scope) -> Iterator[tuple[Value, KubernetesObject | None, set[str | None]]]:
    """Yield the name of each claim that the pods mount, the claim, and its access modes where these are known."""
    for volume in deployment.pod.items("volumes") if deployment.pod else ():
        if name := volume.get("persistentVolumeClaim", "claimName"):
            claim = scope.named.claims.get((deployment.namespace, name.text() or ""))
            yield name, claim, {each.text() for each in claim.value.items("spec", "accessModes")} if claim else set()


class RolloutUnavailable(Rule[Deployment]):
    """A rollout removes pods before new ones are ready.

    With `maxUnavailable` above 0 or the strategy Recreate, each deployment runs with fewer pods than the load needs.
    """

    id = "P08-rollout-unavailable"
    severity = "warning"
    looks_at = Deployment

    def check(self, deployment: Deployment, scope: Scope) -> Problems:
        """Set `strategy.rollingUpdate` to `maxUnavailable: 0` and `maxSurge: 1` or more."""
        if _has_host_port(deployment):
            return
        if deployment.value.text("spec", "strategy", "type") == "Recreate":
            kind, several = _recreate(deployment, scope), _fewest(deployment, scope) > 1
            if kind and several != bool(_asked(deployment, scope)):  # where both are true, P08-recreate reports it
                yield Problem(kind, f"each deployment stops all of {deployment.name} before a new pod starts")
            return
        update = deployment.value.get("spec", "strategy", "rollingUpdate")
        value = update.get("maxUnavailable") if update else None
        pods = deployment.replicas
        count = share_of(value.text() if value else "25%", pods, up=False) if pods is not None else 0  # 25 %: default
        surge = update.get("maxSurge") if update else None
        if count == 0 and pods and surge and _is_zero(surge) and not (value and _is_zero(value)):
            count = 1  # https://pkg.go.dev/k8s.io/kubectl/pkg/util/deployment: what rounds down to 0 beside it is 1
        if count:
            message = f"{count} of {pods} pods may be missing during each rollout"
            yield Problem(value or deployment.at, message)


class ClaimHeld(Rule[Deployment]):
    """A rolling update needs a volume on two nodes, but only one node may mount it at a time.

    A new pod on another node waits for the volume (`Multi-Attach error`) until the old pod is gone. The old pod waits
    for the new one.
    """

    id = "P08-claim-held"
    severity = "warning"
    looks_at = Deployment

    def check(self, deployment: Deployment, scope: Scope) -> Problems:
        """Use the strategy Recreate, a StatefulSet with a claim per pod, or a volume that many nodes may mount."""
        if deployment.value.text("spec", "strategy", "type") == "Recreate":
            return
        for name, claim, modes in _claims(deployment, scope):
            if claim and modes and modes <= _OF_ONE_NODE:
                message = f"only one node may mount {claim.name}, but a rollout of {deployment.name} needs it on two"
                yield Problem(name, message, also=(claim.at,))


class ProgressDeadline(Rule[Deployment]):
    """`progressDeadlineSeconds` is shorter than the start that the startup probe allows.

    Kubernetes reports a rollout as failed that is within the probe's limits. Pipelines that wait for it roll it back.
    """

    id = "P08-progress-deadline"
    severity = "warning"
    looks_at = Deployment

    def check(self, deployment: Deployment, scope: Scope) -> Problems:
        """Set it to startup budget (period x failureThreshold) + minReadySeconds + time to schedule and pull (for
        example 120 s).
        """
        value = deployment.value.get("spec", "progressDeadlineSeconds")
        deadline = 600 if value is None else value.number()
        ready = deployment.value.number("spec", "minReadySeconds") or 0
        for container in deployment.containers:
            budget = container.startup.budget + ready if container.startup else 0
            if deadline is not None and budget >= deadline and container.startup:
                message = f"the progress deadline of {deadline} s is shorter than a start, which may take {budget} s"
                yield Problem(value or container.startup.value, message, also=(container.startup.value,))


class RolloutStuck(Rule[Deployment]):
    """A rolling update may neither remove an old pod nor add a new one.

    The API server rejects `maxUnavailable: 0` with `maxSurge: 0`.
    """

    id = "P08-rollout-stuck"
    severity = "error"
    looks_at = Deployment

    def check(self, deployment: Deployment, scope: Scope) -> Problems:
        """Set `maxSurge` to 1 or more."""
        update = deployment.value.get("spec", "strategy", "rollingUpdate")
        surge = update.get("maxSurge") if update else None
        if update and surge and _is_zero(surge):
            least = update.get("maxUnavailable")
            if least and _is_zero(least):
                yield Problem(
                    surge,
                    f"no pod of {deployment.name} may go and none may be added, so no rollout works",
                    also=(least,),
                )


def _is_zero(count: Value) -> bool:
    """Return whether a number or a percentage is 0 itself: of one that rounds down to it, Kubernetes makes 1."""
    return share_of(count.text(), 100, up=False) == 0


class GracePeriod(Rule[Server]):
    """The grace period ends before the pod has stopped.

    `terminationGracePeriodSeconds` counts from the start of the preStop hook. The hook and the whole shutdown must fit
    into it, otherwise SIGKILL cuts off requests.
    """

    id = "P08-grace-period"
    severity = "error"
    looks_at = Server

    def check(self, server: Server, scope: Scope) -> Problems:
        """Set terminationGracePeriodSeconds to preStop sleep + `shutdown_seconds` + about 5 s."""
        for container in server.containers:
            hook = container.value.get("lifecycle", "preStop")
            if hook and server.grace == 0 and isinstance(server, DaemonSet) and not _asked(server, scope):
                continue  # an agent of a node, which its replacement must not wait for
            if hook and server.grace == 0 and server.pod:
                value = server.pod.get("terminationGracePeriodSeconds") or container.at
                yield Problem(value, f"{server.name} is killed at once: its preStop hook never runs", (hook,))
                continue
            sleep = container.pre_stop_seconds or 0
            declared = scope.declared(container, "shutdown_seconds")
            shutdown = (declared.number() if declared else None) or 0
            if (sleep or shutdown) and server.grace <= sleep + shutdown and server.pod:
                value = server.pod.get("terminationGracePeriodSeconds") or container.at
                parts = f"preStop takes {sleep} s" + (f" and a shutdown takes {shutdown} s" if shutdown else "")
                also = tuple(each for each in (hook, declared) if each)
                yield Problem(value, f"{server.name} is killed after {server.grace} s, but {parts}", also)


class NoPreStop(Rule[Server]):
    """A container that gets traffic from a Service has no preStop hook.

    SIGTERM and the removal from the endpoints start at the same time. For some seconds, requests still go to a pod that
    has stopped listening. Each rollout loses some.
    """

    id = "P08-no-pre-stop"
    severity = "warning"
    kind = "hygiene"
    looks_at = Server

    def check(self, server: Server, scope: Scope) -> Problems:
        """Let preStop sleep for 5 s (`lifecycle.preStop.sleep.seconds`), and make the grace period that much longer."""
        recreated = server.value.text("spec", "strategy", "type") == "Recreate"
        if recreated or (isinstance(server, StatefulSet) and (server.replicas or 0) < 2):
            return  # no other pod takes its requests meanwhile
        targets = {target for service in scope.balancers_of(server) for target in service.targets}
        for container in server.containers:
            if container.value.get("lifecycle", "preStop"):
                continue
            if targets & (container.port_numbers | container.port_names.keys()):
                yield Problem(container.at, f"no preStop: {container.name} stops listening while requests still arrive")


class ServicePort(Rule[Service]):
    """A Service sends traffic to a port name that no container of its pods has.

    Kubernetes can't resolve the port, so the Service has no endpoint for it.
    """

    id = "P08-service-port"
    severity = "error"
    looks_at = Service

    def check(self, service: Service, scope: Scope) -> Problems:
        """Set targetPort to the name of a container's port."""
        opened = scope.opened(service)
        for port in service.value.items("spec", "ports"):
            target = port.get("targetPort")
            if not target or target.number() is not None or not opened.containers:
                continue
            if (name := target.text() or "") not in opened.names and "$" not in name:
                also = (opened.first,) if opened.first else ()
                yield Problem(target, f"no container of {service.name} has a port {name}", also)


class UndeclaredServicePort(Rule[Service]):
    """A Service sends traffic to a port number that no container declares in `ports`, although other ports are
    declared.

    The Service works only if something listens on the port. If the port was mistyped or moved, every connection is
    refused.
    """

    id = "P08-undeclared-service-port"
    severity = "warning"
    looks_at = Service

    def check(self, service: Service, scope: Scope) -> Problems:
        """Declare the port with a name in the container's `ports`, and set targetPort to that name."""
        opened = scope.opened(service)
        for port in service.value.items("spec", "ports"):
            target = port.get("targetPort") or port.get("port")
            number = target.number() if target else None
            if not target or number is None or not opened.numbers or number in opened.numbers:
                continue
            if not scope.says_port(service, number):
                also = (opened.first,) if opened.first else ()
                yield Problem(target, f"no container of {service.name} declares port {number}", also)


class ReplicasReset(Rule[Server]):
    """A workload that an autoscaler scales has a fixed number of replicas.

    Each deployment sets it back to that number, in the middle of the load that it was scaled for.
    """

    id = "P08-replicas-reset"
    severity = "error"
    looks_at = Server

    def check(self, server: Server, scope: Scope) -> Problems:
        """Remove `replicas`; the autoscaler's minReplicas applies from the first minute."""
        replicas = server.value.get("spec", "replicas")
        autoscaler = scope.autoscaler_of(server)
        if replicas and autoscaler:
            message = (
                f"each deployment sets {server.name} back to {replicas.text()} pods, whatever its autoscaler has set"
            )
            yield Problem(replicas, message, also=(autoscaler.at,))
