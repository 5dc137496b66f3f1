"""Runs one job (P09), with the configuration and logs of the service, and returns an exit code."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable

from opentelemetry.trace import SpanKind

from app import tracing
from app.clients import create_clients
from app.clients.dependency import Dependency, DependencyError
from app.config import Settings
from app.signals import TERMINATED, on_stop

log = logging.getLogger(__name__)

Job = Callable[[list[str], list[Dependency]], Awaitable[None]]


async def run_job(name: str, job: Job, arguments: list[str], settings: Settings) -> int:
    with tracing.span(name, SpanKind.INTERNAL) as span:
        code = await _run(name, job, arguments, settings)
        if code:
            tracing.failed(span, str(code))
    await asyncio.to_thread(tracing.stop)
    return code


async def _run(name: str, job: Job, arguments: list[str], settings: Settings) -> int:
    loop = asyncio.get_running_loop()
    clients = create_clients(settings)
    began = time.perf_counter()
    work = asyncio.ensure_future(job(arguments, clients))
    on_stop(lambda: loop.call_soon_threadsafe(work.cancel), settings.shutdown_seconds)
    try:
        await work
    except asyncio.CancelledError:
        log.warning("job stopped", extra={"job": name})
        return TERMINATED
    except DependencyError as error:
        log.error("job failed", extra={"job": name, "error": str(error)})
        return 1
    except Exception:
        log.exception("job failed", extra={"job": name})
        return 1
    finally:
        for client in clients:
            await client.aclose()
    seconds = round(time.perf_counter() - began, 3)
    log.info("job finished", extra={"job": name, "seconds": seconds})
    return 0
