"""P08: readiness: what the probes ask, and when they act."""

from __future__ import annotations

import re
from collections.abc import Sequence

from scaffold.check.model.objects import Service
from scaffold.check.model.placeholders import is_put_in_later
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

_NO_NAME = re.compile(r"[-+]?\d+|[A-Z0-9]+(?:_[A-Z0-9]+)+")


class ReadinessProbe(Rule[Server]):
    """A container that gets traffic has no readiness probe.

    Its pod counts as ready as soon as the process runs. Each rollout and restart sends requests to a server that does
    not listen yet.
    """

    id = "P08-readiness-probe"
    severity = "warning"
    kind = "hygiene"
    looks_at = Server

    def check(self, server: Server, scope: Scope) -> Problems:
        """Add a readinessProbe with a short period that checks whether this pod can serve now."""
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
    """A probe uses a port name that the container does not have.

    The probe never succeeds, so the pod is never ready or restarts again and again.
    """

    id = "P08-probe-port"
    severity = "error"
    looks_at = Container

    def check(self, container: Container, scope: Scope) -> Problems:
        """Use the name of one of the container's `ports`."""
        for probe in container.probes:
            port = probe.port
            name = port.text() if port else None
            if port and name and _is_name(name) and name not in container.port_names:
                also = (container.value.get("ports") or container.at,)
                yield Problem(port, f"the {probe.kind} uses port {name}, which {container.name} does not have", also)


def _is_name(text: str) -> bool:
    """Return whether a port is given by a name, not by a number or what a tool replaces (`$PORT`, `HEALTH_PORT`)."""
    return not is_put_in_later(text) and not _NO_NAME.fullmatch(text)


class UndeclaredProbePort(Rule[Container]):
    """A probe uses a port that no container declares in `ports`, although other ports are declared.

    The probe works only if something listens on the port. If the port was mistyped or moved, the probe never succeeds.
    """

    id = "P08-undeclared-probe-port"
    severity = "warning"
    looks_at = Container

    def check(self, container: Container, scope: Scope) -> Problems:
        """Declare the port with a name in the container's `ports`, and use the name in the probe."""
        pod = container.workload.pod
        if not container.ports or (pod and pod.is_true("hostNetwork")):  # there, the node's other programs listen too
            return
        numbers = {each for other in container.workload.containers for each in other.port_numbers}
        for probe in container.probes:
            number = probe.port.number() if probe.port else None
            said = (*container.word_texts, *container.variables.values())
            if probe.port and number is not None and number not in numbers and not says_number(said, number):
                also = (container.value.get("ports") or container.at,)
                yield Problem(
                    probe.port, f"the {probe.kind} uses port {number}, which {container.name} does not declare", also
                )


class StartupBudget(Rule[Server]):
    """The startup probe gives up before the declared start time is over.

    Kubernetes kills the container while it starts, again and again.
    """

    id = "P08-startup-budget"
    severity = "error"
    looks_at = Server

    def check(self, server: Server, scope: Scope) -> Problems:
        """Set period x failureThreshold to three times `startup_seconds` of .copier-answers.yml."""
        for container in server.containers:
            declared = scope.declared(container, "startup_seconds") if container.startup else None
            seconds = declared.number() if declared else None
            if declared and seconds and container.startup and container.startup.budget < seconds:
                threshold = container.startup.value.get("failureThreshold") or container.startup.value
                message = f"the startupProbe gives up after {container.startup.budget} s, but a start takes {seconds} s"
                yield Problem(threshold, message, also=(declared,))


class LivenessBeforeStart(Rule[Server]):
    """The liveness probe can act before the start is over.

    Nothing delays it until the program has started, so it restarts the container in the middle of a slow start, again
    and again.
    """

    id = "P08-liveness-before-start"
    severity = "error"
    looks_at = Server

    def check(self, server: Server, scope: Scope) -> Problems:
        """Add a startupProbe: Kubernetes runs the other probes only after it has succeeded once."""
        for container in server.containers:
            if container.startup or not container.liveness:
                continue
            limit, delay = container.liveness.budget, container.liveness.value.get("initialDelaySeconds")
            at = delay or container.liveness.value
            declared = scope.declared(container, "startup_seconds")
            seconds = (declared.number() if declared else None) or 0
            readiness = container.readiness
            if declared and seconds > limit:
                yield Problem(
                    at, f"the livenessProbe acts after {limit} s, but a start takes {seconds} s", also=(declared,)
                )
            elif readiness and readiness.initial_delay > limit:
                message = (
                    f"the livenessProbe acts after {limit} s, but readiness starts after {readiness.initial_delay} s"
                )
                also = (readiness.value.get("initialDelaySeconds") or readiness.value,)
                yield Problem(at, message, also)


class StartupProbe(Rule[Server]):
    """A liveness probe acts immediately: there is no startup probe and no delay.

    On a busy node a start takes longer than on yours. After three failed checks the container is restarted, which makes
    the node even busier.
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
                yield Problem(
                    liveness.value,
                    f"the livenessProbe starts immediately: it can restart {container.name} before it is up",
                )


class LivenessDependency(Rule[Server]):
    """A liveness probe depends on other services.

    When the database is down, Kubernetes restarts every pod of the service again and again. That repairs nothing, and
    adds load when the database is back.
    """

    id = "P08-liveness-dependency"
    severity = "warning"
    looks_at = Server

    def check(self, server: Server, scope: Scope) -> Problems:
        """Check only this process. Checks of dependencies belong in the readiness probe, or nowhere."""
        for container in server.containers:
            probe = container.liveness
            if not probe or not probe.handler:
                continue
            host = probe.handler[1].get("host")
            on_the_node = server.pod is not None and server.pod.is_true("hostNetwork")  # which has addresses of its own
            if host and host.text() not in _HERE and not on_the_node:
                yield Problem(host, f"the livenessProbe of {container.name} calls another host")
            elif (path := probe.handler[1].get("path")) and _READY.search(path.text() or ""):
                yield Problem(path, f"the livenessProbe of {container.name} checks readiness, which depends on others")
            elif elsewhere := _asks_elsewhere(probe.command):
                command = probe.handler[1].get("command") or probe.value
                yield Problem(command, f"the livenessProbe of {container.name} calls {elsewhere}")


def _asks_elsewhere(words: Sequence[str]) -> str:
    """Return the other host that a probe's command asks, or nothing."""
    text = " ".join(words)
    for found in _ASKED.finditer(text):
        host = (found[1] or found[2] or found[3] or "").strip("\"'")
        if host and host not in _HERE and "$" not in host and not host.startswith("127."):
            return host
    return ""


class ProbeTimeout(Rule[Container]):
    """A probe's timeout is longer than its period.

    Slow responses then add up. Kubernetes notices a broken pod much later than period and failureThreshold promise.
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
                    timeout, f"the {probe.kind} waits up to {probe.timeout} s, but runs every {probe.period} s", also
                )
