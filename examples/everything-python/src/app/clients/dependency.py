"""What all clients share: a total time, measurements, and the rule of critical and auxiliary."""

import asyncio
import logging
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from app import metrics

log = logging.getLogger(__name__)


class DependencyError(Exception):
    """A dependency gave no good answer; its text is fit for clients, its cause is not."""

    def __init__(self, name: str, *, timed_out: bool) -> None:
        fault = "did not answer in time" if timed_out else "gave no good answer"
        super().__init__(f"The dependency {name} {fault}.")
        self.timed_out = timed_out


class Dependency(ABC):
    """One dependency. A critical one's failure is the request's; an auxiliary one's is not."""

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
    async def fetch(self) -> Any:
        """One call, without regard to time; any exception is a failure."""

    async def ask(self) -> Any:
        """`fetch` within the timeout, which is for the whole call and not for each read."""
        began, outcome = time.perf_counter(), "cancelled"
        try:
            async with asyncio.timeout(self.timeout):
                answer = await self.fetch()
            outcome = "ok"
            return answer
        except TimeoutError as error:
            outcome = "timeout"
            self._log(f"no answer within {self.timeout} s")
            raise DependencyError(self.name, timed_out=True) from error
        except Exception as error:
            outcome = "error"
            self._log(f"{type(error).__name__}: {error}")
            raise DependencyError(self.name, timed_out=False) from error
        finally:
            # Where nobody waits any more, the time was the caller's: it shows nothing of the dependency.
            if outcome != "cancelled":
                metrics.DEPENDENCY_REQUESTS.labels(self.name, outcome).inc()
                metrics.DEPENDENCY_SECONDS.labels(self.name).observe(time.perf_counter() - began)

    def _log(self, error: str) -> None:
        fields = {"dependency": self.name, "critical": self.critical, "error": error}
        log.warning("dependency failed", extra=fields)

    async def aclose(self) -> None:  # noqa: B027 - most kinds of client hold nothing
        """Gives back what the client holds."""


async def ask_all(clients: Sequence[Dependency]) -> tuple[dict[str, Any], list[str]]:
    """Asks all at once: the answers, and the names of those whose fallback stands in."""
    results = await asyncio.gather(*(_ask(client) for client in clients))
    answers = {client.name: answer for client, (answer, _) in zip(clients, results, strict=True)}
    degraded = [client.name for client, (_, ok) in zip(clients, results, strict=True) if not ok]
    return answers, degraded


async def _ask(client: Dependency) -> tuple[Any, bool]:
    try:
        return await client.ask(), True
    except DependencyError:
        if client.critical:
            raise
        metrics.DEPENDENCY_FALLBACKS.labels(client.name).inc()
        return None, False
