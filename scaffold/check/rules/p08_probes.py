"""P08: readiness: what the probes ask, and when they act."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scaffold.check.model.objects import Service
from scaffold.check.model.runtime import says_number
from scaffold.check.model.scope import Scope
from scaffold.check.model.workloads import Container, DaemonSet, Server
from scaffold.check.rules.rule import Problem, Problems, Rule

_HERE = frozenset({"localhost", "127.0.0.1", "::1", "[::1]", "0.0.0.0", ""})  # noqa: S104 -- what a probe may ask
_PATIENT = 120
"""Seconds of failing looks after which a start is no longer what a liveness probe interrupts."""
_READY = re.compile(r"/(?:readyz?|readiness|ready)(?:/|$)|/actuator/health/?$")  # Spring's asks all that it knows of
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
    severity = "warning"
    kind = "hygiene"
    looks_at = Server

    def check(self, server: Server, scope: Scope) -> Problems:
        """Add a readinessProbe with a short period that asks whether this pod can serve now."""
        mains = [each for each in server.containers if each.role == "main"]
        asked = scope.balancers_of(server)
        unasked = isinstance(server, DaemonSet) and not asked
        for_others = scope.any_selects(Service) and not scope.services_of(server)  # the Services that there are
        if unasked or for_others or any(each.readiness for each in server.containers):
            return
        serving = [each for each in mains if each.ports] or (mains[:1] if asked else [])
        for container in serving:
            yield Problem(container.at, f"no readinessProbe: {container.name} gets requests before it listens")


class ProbePort(Rule[Container]):
    """A probe asks a port by a name that the container does not have.

    The probe can never succeed, so the pod is never ready, or is restarted for ever.
    """

    id = "P08-probe-port"
    severity = "error"
    looks_at = Container

    def check(self, container: Container, scope: Scope) -> Problems:
        """Ask one of the container's `ports` by its name."""
        for probe in container.probes:
            port = probe.port
            name = port.text() if port else None
            if port and name and port.number() is None and "$" not in name and name not in container.port_names:
                also = (container.value.get("ports") or container.at,)
                yield Problem(port, f"the {probe.kind} asks port {name}, which {container.name} does not have", also)


class UndeclaredProbePort(Rule[Container]):
    """A probe asks a port that stands in no container's `ports`, though others do.

    It works if something listens there all the same; a port that was mistyped or moved looks just like that, and its
    probe can never succeed.
    """

    id = "P08-undeclared-probe-port"
    severity = "warning"
    looks_at = Container

    def check(self, container: Container, scope: Scope) -> Problems:
        """Declare the port in the container's `ports` with a name, and ask it by that."""
        pod = container.workload.pod
        if not container.ports or (pod and pod.is_true("hostNetwork")):  # there, the node's other programs listen too
            return
        for probe in container.probes:
            number = probe.port.number() if probe.port else None
            numbers = {each for other in container.workload.containers for each in other.port_numbers}
            said = (value.text() or "" for value in (*container.words, *container.environment.values()))
            if probe.port and number is not None and number not in numbers and not says_number(said, number):
                also = (container.value.get("ports") or container.at,)
                yield Problem(
                    probe.port, f"the {probe.kind} asks port {number}, which {container.name} does not declare", also
                )


class StartupBudget(Rule[Server]):
    """The startup probe gives up before the start time that the service declares is over.

    The container is killed while it starts, and starts again, for ever.
    """

    id = "P08-startup-budget"
    severity = "error"
    looks_at = Server

    def check(self, server: Server, scope: Scope) -> Problems:
        """Let period x failureThreshold be three times `startup_seconds` of .copier-answers.yml."""
        for container in server.containers:
            declared = scope.declared(container, "startup_seconds") if container.startup else None
            seconds = declared.number() if declared else None
            if declared and seconds and container.startup and container.startup.budget < seconds:
                threshold = container.startup.value.get("failureThreshold") or container.startup.value
                message = f"the startupProbe gives up after {container.startup.budget} s, a start takes {seconds} s"
                yield Problem(threshold, message, also=(declared,))


class LivenessBeforeStart(Rule[Server]):
    """The liveness probe can act before the start is over.

    Nothing holds it back until the program has started: it is restarted in the middle of a slow start, and then
    starts again.
    """

    id = "P08-liveness-before-start"
    severity = "error"
    looks_at = Server

    def check(self, server: Server, scope: Scope) -> Problems:
        """Add a startupProbe: until it has passed once, the other probes are not asked."""
        for container in server.containers:
            if container.startup or not container.liveness:
                continue
            limit, delay = container.liveness.budget, container.liveness.value.get("initialDelaySeconds")
            at = delay or container.liveness.value
            declared = scope.declared(container, "startup_seconds")
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
    kind = "hygiene"
    looks_at = Server

    def check(self, server: Server, scope: Scope) -> Problems:
        """Add a startupProbe whose period x failureThreshold is three times the usual start."""
        for container in server.containers:
            liveness = container.liveness
            if liveness and not container.startup and not liveness.initial_delay and liveness.budget < _PATIENT:
                yield Problem(liveness.value, f"nothing holds it back while {container.name} starts")


class LivenessDependency(Rule[Server]):
    """A liveness probe depends on others.

    When the database is away, Kubernetes restarts every pod of the service, again and again, which helps nobody and
    makes the load worse when the database is back.
    """

    id = "P08-liveness-dependency"
    severity = "warning"
    looks_at = Server

    def check(self, server: Server, scope: Scope) -> Problems:
        """Ask this process alone; what depends on others belongs into the readiness probe, or nowhere."""
        for container in server.containers:
            probe = container.liveness
            if not probe or not probe.handler:
                continue
            host = probe.handler[1].get("host")
            on_the_node = server.pod is not None and server.pod.is_true("hostNetwork")  # which has addresses of its own
            if host and host.text() not in _HERE and not on_the_node:
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

    def check(self, container: Container, scope: Scope) -> Problems:
        """Keep `timeoutSeconds` below `periodSeconds`."""
        for probe in container.probes:
            timeout = probe.value.get("timeoutSeconds")
            if timeout and probe.timeout > probe.period:
                also = tuple(filter(None, (probe.value.get("periodSeconds"),)))
                yield Problem(
                    timeout, f"the {probe.kind} waits {probe.timeout} s, but looks every {probe.period} s", also
                )
