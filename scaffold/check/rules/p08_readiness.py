"""P08: readiness and zero downtime."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scaffold.check.findings import Problem
from scaffold.check.model.containers import Container
from scaffold.check.model.objects import Deployment, Server, Service
from scaffold.check.model.quantities import share_of
from scaffold.check.rules.rule import Problems, Rule

_HERE = frozenset({"localhost", "127.0.0.1", "::1", "[::1]", "0.0.0.0", ""})  # noqa: S104 -- what a probe may ask
_READY = re.compile(r"/(?:readyz?|readiness|ready)(?:/|$)")
_ASKED = re.compile(
    r"https?://([^/:\s\"']+)"
    r"|\b(?:pg_isready|mysqladmin|mysql|psql|redis-cli|mongosh?|rabbitmqadmin)\b[^;&|]{0,200}?\s"
    r"(?:-h|--host)[ =]?(\S+)"
    r"|\bnc\s+(?:-\S+\s+)*([\w.-]+)\s+\d+"
)


class ReadinessProbe(Rule[Server]):
    """A container that gets traffic has no readiness probe.

    Its pod counts as ready as soon as the process runs: each rollout and restart sends requests to a server that does
    not listen yet.
    """

    id = "P08-readiness-probe"
    severity = "error"
    looks_at = Server

    def check(self, server: Server) -> Problems:
        """Add a readinessProbe with a short period that asks whether this pod can serve now."""
        serving = [each for each in server.containers if each.role == "main" and each.ports]
        if any(each.readiness for each in server.containers):
            return
        for container in serving:
            yield Problem(container.at, f"no readinessProbe: {container.name} gets requests before it listens")


class ProbePort(Rule[Container]):
    """A probe asks a port that the container does not open.

    The probe can never succeed, so the pod is never ready, or is restarted for ever.
    """

    id = "P08-probe-port"
    severity = "error"
    looks_at = Container

    def check(self, container: Container) -> Problems:
        """Ask a port of the container's `ports`, best by its name."""
        for probe in container.probes:
            port = probe.port
            if port is None or not container.ports:
                continue
            number, name = port.number(), port.text() or ""
            numbers = {each for other in container.workload.containers for each in other.port_numbers}
            if (number is None and name not in container.port_names) or (number is not None and number not in numbers):
                also = (container.value.get("ports") or container.at,)
                yield Problem(port, f"the {probe.kind} asks port {name}, which {container.name} does not open", also)


class RolloutUnavailable(Rule[Deployment]):
    """A rollout takes pods away before new ones are ready.

    With `maxUnavailable` above 0 or the strategy Recreate, each deployment runs with fewer pods than the load needs.
    """

    id = "P08-rollout-unavailable"
    severity = "error"
    looks_at = Deployment

    def check(self, deployment: Deployment) -> Problems:
        """Set `strategy.rollingUpdate` to `maxUnavailable: 0` and `maxSurge: 1` or more."""
        kind = deployment.value.get("spec", "strategy", "type")
        if kind and kind.text() == "Recreate":
            yield Problem(kind, f"Recreate stops all of {deployment.name} before a new pod starts")
            return
        value = deployment.value.get("spec", "strategy", "rollingUpdate", "maxUnavailable")
        count = share_of(value.text() if value else "25%", deployment.replicas, up=False)  # 25 % is the default
        if count:
            message = f"{count} of {deployment.replicas} pods may be missing during each rollout"
            yield Problem(value or deployment.at, message)


class ProgressDeadline(Rule[Deployment]):
    """`progressDeadlineSeconds` is shorter than the start that the startup probe allows.

    A rollout that does what the probe permits is reported as failed, and pipelines that wait for it roll it back.
    """

    id = "P08-progress-deadline"
    severity = "error"
    looks_at = Deployment

    def check(self, deployment: Deployment) -> Problems:
        """Let it exceed the startup budget (period x failureThreshold) and minReadySeconds by the time to pull."""
        value = deployment.value.get("spec", "progressDeadlineSeconds")
        deadline = 600 if value is None else value.number()
        ready = deployment.value.number("spec", "minReadySeconds") or 0
        for container in deployment.containers:
            budget = container.startup.budget + ready if container.startup else 0
            if deadline is not None and budget >= deadline and container.startup:
                message = f"progress deadline {deadline} s is over before a start of up to {budget} s may be"
                yield Problem(value or container.startup.value, message, also=(container.startup.value,))


class StartupBudget(Rule[Server]):
    """The startup probe gives up before the start time that the service declares is over.

    The container is killed while it starts, and starts again, for ever.
    """

    id = "P08-startup-budget"
    severity = "error"
    looks_at = Server

    def check(self, server: Server) -> Problems:
        """Let period x failureThreshold be three times `startup_seconds` of .copier-answers.yml."""
        for container in server.containers:
            declared = container.declared("startup_seconds") if container.startup else None
            seconds = declared.number() if declared else None
            if declared and seconds and container.startup and container.startup.budget < seconds:
                threshold = container.startup.value.get("failureThreshold") or container.startup.value
                message = f"the startupProbe gives up after {container.startup.budget} s, a start takes {seconds} s"
                yield Problem(threshold, message, also=(declared,))


class RolloutStuck(Rule[Deployment]):
    """A rolling update may neither take an old pod away nor add a new one.

    The API server refuses `maxUnavailable: 0` with `maxSurge: 0`; percentages that round down to nothing stop the
    rollout.
    """

    id = "P08-rollout-stuck"
    severity = "error"
    looks_at = Deployment

    def check(self, deployment: Deployment) -> Problems:
        """Set `maxSurge` to 1 or more."""
        update = deployment.value.get("spec", "strategy", "rollingUpdate")
        surge = update.get("maxSurge") if update else None
        if update and surge and share_of(surge.text(), deployment.replicas, up=True) == 0:
            least = update.get("maxUnavailable")
            if least and share_of(least.text(), deployment.replicas, up=False) == 0:
                yield Problem(surge, f"no pod of {deployment.name} may go and none may come: no rollout", also=(least,))


class GracePeriod(Rule[Server]):
    """The grace period is over before the pod has stopped by itself.

    `terminationGracePeriodSeconds` counts from the start of the preStop hook: what is left of it must hold the whole
    shutdown, else requests are cut off by SIGKILL.
    """

    id = "P08-grace-period"
    severity = "error"
    looks_at = Server

    def check(self, server: Server) -> Problems:
        """Let it exceed the preStop sleep and `shutdown_seconds` together by some seconds."""
        for container in server.containers:
            sleep = container.pre_stop_seconds or 0
            declared = container.declared("shutdown_seconds")
            shutdown = (declared.number() if declared else None) or 0
            if (sleep or shutdown) and server.grace <= sleep + shutdown and server.pod:
                value = server.pod.get("terminationGracePeriodSeconds") or container.at
                parts = f"preStop takes {sleep} s" + (f" and a shutdown {shutdown} s" if shutdown else "")
                hook = container.value.get("lifecycle", "preStop")
                also = tuple(each for each in (hook, declared) if each)
                yield Problem(value, f"{server.name} is killed after {server.grace} s, but {parts}", also)


class LivenessBeforeStart(Rule[Server]):
    """The liveness probe can act before the start is over.

    Nothing holds it back until the program has started: it is restarted in the middle of a slow start, and then
    starts again.
    """

    id = "P08-liveness-before-start"
    severity = "error"
    looks_at = Server

    def check(self, server: Server) -> Problems:
        """Add a startupProbe: until it has passed once, the other probes are not asked."""
        for container in server.containers:
            if container.startup or not container.liveness:
                continue
            limit, delay = container.liveness.budget, container.liveness.value.get("initialDelaySeconds")
            at = delay or container.liveness.value
            declared = container.declared("startup_seconds")
            seconds = (declared.number() if declared else None) or 0
            readiness = container.readiness
            if declared and seconds > limit:
                yield Problem(at, f"liveness acts after {limit} s, but a start takes {seconds} s", also=(declared,))
            elif readiness and readiness.initial_delay > limit:
                message = (
                    f"liveness acts after {limit} s, but readiness waits {readiness.initial_delay} s for the start"
                )
                also = (readiness.value.get("initialDelaySeconds") or readiness.value,)
                yield Problem(at, message, also)


class StartupProbe(Rule[Server]):
    """A liveness probe acts from the first second on: there is no startup probe, and no delay.

    On a busy node a start takes longer than on yours; after three failed looks the container is restarted, which
    makes the node busier still.
    """

    id = "P08-startup-probe"
    severity = "warning"
    looks_at = Server

    def check(self, server: Server) -> Problems:
        """Add a startupProbe whose period x failureThreshold is three times the usual start."""
        for container in server.containers:
            if container.liveness and not container.startup and not container.liveness.initial_delay:
                yield Problem(container.liveness.value, f"nothing holds it back while {container.name} starts")


class LivenessDependency(Rule[Server]):
    """A liveness probe depends on others.

    When the database is away, Kubernetes restarts every pod of the service, again and again, which helps nobody and
    makes the load worse when the database is back.
    """

    id = "P08-liveness-dependency"
    severity = "error"
    looks_at = Server

    def check(self, server: Server) -> Problems:
        """Ask this process alone; what depends on others belongs into the readiness probe, or nowhere."""
        for container in server.containers:
            probe = container.liveness
            if not probe or not probe.handler:
                continue
            host = probe.handler[1].get("host")
            if host and host.text() not in _HERE:
                yield Problem(host, f"the livenessProbe of {container.name} asks another host")
            elif (path := probe.handler[1].get("path")) and _READY.search(path.text() or ""):
                yield Problem(
                    path, f"the livenessProbe of {container.name} asks for readiness, which others can take away"
                )
            elif elsewhere := _asks_elsewhere(probe.command):
                command = probe.handler[1].get("command") or probe.value
                yield Problem(command, f"the livenessProbe of {container.name} asks {elsewhere}")


def _asks_elsewhere(words: Sequence[str]) -> str:
    """Return the other host that a probe's command asks, or nothing."""
    text = " ".join(words)
    for found in _ASKED.finditer(text):
        host = (found[1] or found[2] or found[3] or "").strip("\"'")
        if host and host not in _HERE and "$" not in host and not host.startswith("127."):
            return host
    return ""


class ProbeTimeout(Rule[Container]):
    """A probe may wait longer for an answer than until its next look.

    Slow answers then add up, and the pod is seen as broken much later than period and failureThreshold say.
    """

    id = "P08-probe-timeout"
    severity = "warning"
    looks_at = Container

    def check(self, container: Container) -> Problems:
        """Keep `timeoutSeconds` below `periodSeconds`."""
        for probe in container.probes:
            timeout = probe.value.get("timeoutSeconds")
            if timeout and probe.timeout > probe.period:
                also = tuple(filter(None, (probe.value.get("periodSeconds"),)))
                yield Problem(
                    timeout, f"the {probe.kind} waits {probe.timeout} s, but looks every {probe.period} s", also
                )


class NoPreStop(Rule[Server]):
    """A container that gets traffic from a Service has no preStop hook.

    SIGTERM and the removal from the endpoints start at the same time: for some seconds, requests still go to a pod
    that listens no more. Each rollout loses some.
    """

    id = "P08-no-pre-stop"
    severity = "error"
    looks_at = Server

    def check(self, server: Server) -> Problems:
        """Let preStop sleep for 5 s (`lifecycle.preStop.sleep.seconds`), and grant that much more of a grace period."""
        targets = {target for service in server.services for target in service.targets}
        for container in server.containers:
            if container.value.get("lifecycle", "preStop"):
                continue
            if targets & (container.port_numbers | container.port_names.keys()):
                yield Problem(container.at, f"no preStop: {container.name} stops to listen while requests still come")


class ServicePort(Rule[Service]):
    """A Service sends traffic to a port that no container of its pods opens.

    Every connection to it is refused.
    """

    id = "P08-service-port"
    severity = "error"
    looks_at = Service

    def check(self, service: Service) -> Problems:
        """Let targetPort be the name of a container's port."""
        containers = [each for workload in service.workloads for each in workload.containers]
        numbers = {number for each in containers for number in each.port_numbers}
        names = {name for each in containers for name in each.port_names}
        for port in service.value.items("spec", "ports"):
            target = port.get("targetPort") or port.get("port")
            if not target or not containers:
                continue
            number, name = target.number(), target.text() or ""
            missing = name not in names if number is None else bool(numbers) and number not in numbers
            if missing:
                also = tuple(filter(None, (each.value.get("ports") for each in containers)))[:1]
                yield Problem(target, f"no container of {service.name} opens port {name}", also)


class ReplicasReset(Rule[Server]):
    """A workload that an autoscaler scales has a fixed number of replicas.

    Each deployment sets it back to that number, in the middle of the load that it was scaled for.
    """

    id = "P08-replicas-reset"
    severity = "error"
    looks_at = Server

    def check(self, server: Server) -> Problems:
        """Leave `replicas` out; the autoscaler's minReplicas is there from the first minute."""
        replicas = server.value.get("spec", "replicas")
        if replicas and server.autoscaler:
            message = f"each deployment sets {server.name} back to {server.replicas} pods, whatever its autoscaler says"
            yield Problem(replicas, message, also=(server.autoscaler.at,))
