"""P08: readiness and zero downtime."""

from __future__ import annotations

from scaffold.check.findings import Problem
from scaffold.check.model.containers import Container
from scaffold.check.model.objects import Deployment, Server
from scaffold.check.model.quantities import share_of
from scaffold.check.rules.rule import Problems, Rule


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
