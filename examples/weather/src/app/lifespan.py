"""What is done once before the first request and after the last one, however many ports."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """The place for the team's startup work; /startupz and /readyz wait for it."""
    try:
        await asyncio.sleep(app.state.settings.startup_delay_seconds)
        yield
    finally:
        for client in app.state.clients:
            await client.aclose()
