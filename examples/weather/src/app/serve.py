"""The life of the service: open the ports in order, serve, drain, stop (P08).

There is one process per pod, because Kubernetes scales, restarts and measures pods. With several
workers behind one port, probes would not find one that hangs. The workers would also split the
metrics and share one memory limit.
"""

import asyncio
import logging
from contextlib import suppress

from fastapi import FastAPI

from app import tracing
from app.admin import create_admin
from app.api import create_api
from app.clients import create_clients
from app.config import Settings
from app.listener import Listener, PortUnavailable, bind, wait_until
from app.signals import on_stop
from app.state import State

log = logging.getLogger(__name__)

# The drain ends early after this time without a connection. The readiness probe fails meanwhile.
QUIET_SECONDS = 0.5


async def serve(settings: Settings) -> int:
    """Runs until a signal; returns the exit code."""
    state, stop = State(), asyncio.Event()
    loop = asyncio.get_running_loop()
    on_stop(lambda: loop.call_soon_threadsafe(stop.set), settings.shutdown_seconds)
    try:
        # All ports are bound first, so that a conflict shows before the startup work.
        api = create_api(settings, state, create_clients(settings))
        admin = Listener(create_admin(state, api), bind(settings.admin_port))
        business = [Listener(api, bind(port)) for port in settings.ports.values()]
        await admin.open()
        life = asyncio.create_task(_live(api, business, settings, state, stop))
        await _first(life, stop)
        if not life.done():
            state.draining = True
            log.info("draining")
        if not state.started:
            life.cancel()
        with suppress(asyncio.CancelledError):
            await life
    except PortUnavailable as error:
        log.error("port unavailable", extra={"error": str(error)})
        return 1
    await asyncio.to_thread(tracing.stop)
    await admin.close()
    log.info("stopped")
    return 0


async def _live(
    api: FastAPI, business: list[Listener], settings: Settings, state: State, stop: asyncio.Event
) -> None:
    async with api.router.lifespan_context(api):
        for listener in business:
            await listener.open()
        state.started = True
        ports = {**settings.ports, "admin": settings.admin_port}
        log.info("started", extra={"ports": ports})
        await stop.wait()
        await drain(business, settings.drain_seconds)
        await asyncio.gather(*(listener.close() for listener in business))


async def _first(life: asyncio.Task[None], stop: asyncio.Event) -> None:
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([life, stopped], return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()


async def drain(listeners: list[Listener], seconds: float) -> None:
    """Keeps serving for the seconds, or until nobody has been connected for a while.

    Short connections between two checks also count.
    """
    now = asyncio.get_running_loop().time
    busy_at, known = now(), 0

    def quiet() -> bool:
        nonlocal busy_at, known
        accepted = sum(listener.accepted for listener in listeners)
        if accepted > known or any(listener.connections for listener in listeners):
            busy_at, known = now(), accepted
        return now() - busy_at >= QUIET_SECONDS

    await wait_until(quiet, seconds)
