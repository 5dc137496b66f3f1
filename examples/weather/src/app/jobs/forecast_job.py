"""forecast: one run is `python -m app forecast`, with the arguments that follow."""

import logging

from app.clients.dependency import Dependency, ask_all

log = logging.getLogger(__name__)


async def run(arguments: list[str], clients: list[Dependency]) -> None:
    """Asks each dependency once; the place for the team's work.

    An exception makes the job fail, and Kubernetes tries it again: make a second run harmless.
    """
    _, degraded = await ask_all(clients)
    log.info("dependencies asked", extra={"arguments": arguments, "degraded": degraded})
