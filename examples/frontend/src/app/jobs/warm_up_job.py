"""warm-up: one run is `python -m app warm-up`, with the arguments that follow."""

import logging

from app.clients.dependency import Dependency, ask_all

log = logging.getLogger(__name__)


async def run(arguments: list[str], clients: list[Dependency]) -> None:
    """Calls each dependency once. Write your work here.

    An exception makes the job fail, and Kubernetes retries it. It must be safe to repeat.
    """
    _, degraded = await ask_all(clients)
    log.info("dependencies called", extra={"arguments": arguments, "degraded": degraded})
