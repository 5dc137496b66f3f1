"""Containers and their probes."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from scaffold.syntax.yaml_nodes import Value

if TYPE_CHECKING:
    from scaffold.check.model.objects import Workload

HANDLERS = ("httpGet", "tcpSocket", "grpc", "exec")


class Probe:
    """A probe with Kubernetes' defaults: what is absent has a number all the same."""

    def __init__(self, value: Value, kind: str) -> None:
        """Take the probe and which it is: startupProbe, readinessProbe or livenessProbe."""
        self.value = value
        self.kind = kind

    @cached_property
    def initial_delay(self) -> int:
        """Return the seconds before the first look."""
        return self._seconds("initialDelaySeconds", 0)

    @cached_property
    def period(self) -> int:
        """Return the seconds between two looks."""
        return self._seconds("periodSeconds", 10)

    @cached_property
    def timeout(self) -> int:
        """Return the seconds that an answer may take."""
        return self._seconds("timeoutSeconds", 1)

    @cached_property
    def failures(self) -> int:
        """Return how many looks must fail in a row before Kubernetes acts."""
        return self._seconds("failureThreshold", 3)

    @property
    def budget(self) -> int:
        """Return the seconds from the container's start until the probe may act for the first time."""
        return self.initial_delay + self.period * self.failures

    def _seconds(self, key: str, default: int) -> int:
        number = self.value.number(key)
        return default if number is None else number

    @cached_property
    def handler(self) -> tuple[str, Value] | None:
        """Return how the probe asks (httpGet, tcpSocket, grpc, exec) and the handler itself."""
        for name in HANDLERS:
            if value := self.value.get(name):
                return name, value
        return None

    @property
    def port(self) -> Value | None:
        """Return the port that it asks: a number or the name of a container's port."""
        return self.handler[1].get("port") if self.handler and self.handler[0] != "exec" else None

    @property
    def http_path(self) -> str | None:
        """Return the path of an HTTP probe; Kubernetes' default is `/`."""
        if self.handler and self.handler[0] == "httpGet":
            return self.handler[1].text("path") or "/"
        return None

    @property
    def command(self) -> list[str]:
        """Return the words of an exec probe."""
        if self.handler and self.handler[0] == "exec":
            return [word.text() or "" for word in self.handler[1].items("command")]
        return []


class Container:
    """A container of a pod. `role` is `main`, `init`, or `sidecar` (an init container that restarts always)."""

    def __init__(self, value: Value, workload: Workload, role: str) -> None:
        """Take the container as it is written, and the workload whose pods it runs in."""
        self.value = value
        self.workload = workload
        self.role = role

    @cached_property
    def name(self) -> str:
        """Return its name; some kinds that are not Kubernetes' own need none."""
        return self.value.text("name") or "the container"

    @property
    def at(self) -> Value:
        """Return what to point at when something is missing: its name."""
        return self.value.get("name") or self.value

    @cached_property
    def image(self) -> Value | None:
        """Return the image."""
        return self.value.get("image")

    def declared(self, question: str) -> Value | None:
        """Return what the service answered to a question of the template, if this is the service's own container.

        Where the template made none of it, the settings may declare it for the first container of each workload.
        """
        repository = self.workload.scope.repository
        if not (repository.answers and self.image):
            first = self.role == "main" and self.value.key == 0
            return repository.settings.get(question) if repository.settings and first else None
        path = self.image.place().path
        name = repository.declared(path, "name")
        return repository.declared(path, question) if name and name.text() == self.image_name else None

    @property
    def image_name(self) -> str:
        """Return the last part of the image's name, without tag and digest."""
        text = (self.image.text() if self.image else None) or ""
        return text.partition("@")[0].rpartition("/")[2].partition(":")[0]

    @cached_property
    def startup(self) -> Probe | None:
        """Return the startup probe."""
        return self._probe("startupProbe")

    @cached_property
    def readiness(self) -> Probe | None:
        """Return the readiness probe."""
        return self._probe("readinessProbe")

    @cached_property
    def liveness(self) -> Probe | None:
        """Return the liveness probe."""
        return self._probe("livenessProbe")

    @cached_property
    def probes(self) -> list[Probe]:
        """Return the probes that there are."""
        return [probe for probe in (self.startup, self.readiness, self.liveness) if probe]

    def _probe(self, kind: str) -> Probe | None:
        value = self.value.get(kind)
        return Probe(value, kind) if value else None

    @cached_property
    def ports(self) -> list[Value]:
        """Return the ports that it says it opens."""
        return self.value.items("ports")

    @cached_property
    def port_numbers(self) -> set[int]:
        """Return the numbers of its ports."""
        return {number for port in self.ports if (number := port.number("containerPort")) is not None}

    @cached_property
    def port_names(self) -> dict[str, int]:
        """Return the numbers of its named ports."""
        return {
            name: number
            for port in self.ports
            if (name := port.text("name")) and (number := port.number("containerPort")) is not None
        }

    @cached_property
    def words(self) -> list[Value]:
        """Return the words of `command` and `args`, in order."""
        return [*self.value.items("command"), *self.value.items("args")]

    @cached_property
    def environment(self) -> dict[str, Value]:
        """Return the variables of `env` that have a plain value, by name."""
        return {
            name: value
            for each in self.value.items("env")
            if (name := each.text("name")) and (value := each.get("value"))
        }

    @cached_property
    def pre_stop_seconds(self) -> int | None:
        """Return how long the preStop hook sleeps; None where it does something else, 0 where there is none."""
        hook = self.value.get("lifecycle", "preStop")
        if hook is None:
            return 0
        if (seconds := hook.number("sleep", "seconds")) is not None:
            return seconds
        words = " ".join(word.text() or "" for word in hook.items("exec", "command")).split()
        if "sleep" in words[:-1] and (after := words[words.index("sleep") + 1].rstrip("s;")).isdecimal():
            return int(after)
        return None
