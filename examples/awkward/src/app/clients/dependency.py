"""Shared by all clients: the time limit, metrics, and the difference of critical and auxiliary."""

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Sequence
from typing import Any, TypeVar

from app import metrics

log = logging.getLogger(__name__)

Result = TypeVar("Result")
Client = TypeVar("Client", bound="Dependency")


class DependencyError(Exception):
    """A dependency failed. The text is safe to show to clients, the cause is not."""

    def __init__(self, name: str, *, timed_out: bool) -> None:
        fault = "did not respond in time" if timed_out else "failed"
        super().__init__(f"The dependency {name} {fault}.")
        self.timed_out = timed_out


class Dependency(ABC):
    """One dependency. If a critical one fails, so does the request."""

    def __init__(self, name: str, *, critical: bool, timeout: float) -> None:
        self.name = name
        self.critical = critical
        self.timeout = timeout
        for outcome in ("ok", "error", "timeout"):
            metrics.DEPENDENCY_REQUESTS.labels(name, outcome)
        metrics.DEPENDENCY_SECONDS.labels(name)
        if not critical:
            metrics.DEPENDENCY_FALLBACKS.labels(name)

    @abstractmethod
    async def ask(self) -> Any:
        """The call of the overview."""

    async def bounded(self, work: Awaitable[Result]) -> Result:
        """Any work with the dependency, such as a driver's, with its timeout, metrics and error.

        The timeout is for the whole work and not for each read. The work ends with its request, too.
        """
        began, outcome = time.perf_counter(), "cancelled"
        try:
            async with asyncio.timeout(self.timeout):
                result = await work
            outcome = "ok"
            return result
        except TimeoutError as error:
            outcome = "timeout"
            self._log(f"no response within {self.timeout} s")
            raise DependencyError(self.name, timed_out=True) from error
        except Exception as error:
            outcome = "error"
            self._log(f"{type(error).__name__}: {error}")
            raise DependencyError(self.name, timed_out=False) from error
        finally:
            # If nobody waits any more, the caller ran out of time, not the dependency.
            if outcome != "cancelled":
                metrics.DEPENDENCY_REQUESTS.labels(self.name, outcome).inc()
                metrics.DEPENDENCY_SECONDS.labels(self.name).observe(time.perf_counter() - began)

    def _log(self, error: str) -> None:
        fields = {"dependency": self.name, "critical": self.critical, "error": error}
        log.warning("dependency failed", extra=fields)

    async def aclose(self) -> None:  # noqa: B027 - most kinds of client have nothing to close
        """Closes what the client has open."""


def find(clients: Sequence[Dependency], kind: type[Client]) -> Client:
    """The client of that class, for a route or a job that calls one dependency."""
    return next(client for client in clients if isinstance(client, kind))


async def ask_all(clients: Sequence[Dependency]) -> tuple[dict[str, Any], list[str]]:
    """Calls all in parallel. Returns the responses, and the names of those that fell back.

    If a critical one fails, the other calls end.
    """
    try:
        async with asyncio.TaskGroup() as group:
            tasks = {client.name: group.create_task(_ask(client)) for client in clients}
    except ExceptionGroup as failures:
        first = failures.exceptions[0]
        raise first from first.__cause__
    results = {name: task.result() for name, task in tasks.items()}
    values = {name: value for name, (value, _) in results.items()}
    return values, [name for name, (_, ok) in results.items() if not ok]


async def _ask(client: Dependency) -> tuple[Any, bool]:
    try:
        return await client.ask(), True
    except DependencyError:
        if client.critical:
            raise
        metrics.DEPENDENCY_FALLBACKS.labels(client.name).inc()
        return None, False
