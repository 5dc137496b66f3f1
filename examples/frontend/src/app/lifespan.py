"""Work that is done once before the first request and after the last one, for all ports."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Write your startup work here. /startupz and /readyz fail until it is done."""
    try:
        await asyncio.sleep(app.state.settings.startup_delay_seconds)
        yield
    finally:
        for client in app.state.clients:
            await client.aclose()
