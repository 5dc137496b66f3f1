"""Probes of containers."""

from __future__ import annotations

from scaffold.syntax.lazy import cached_property
from scaffold.syntax.yaml_nodes import Value

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
        """Return the seconds that a response may take."""
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

    @cached_property
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
