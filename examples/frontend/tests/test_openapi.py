"""openapi.json is what the routes give: callers and the check for breaking changes read it."""

import os
from pathlib import Path

import httpx2

from app.admin import create_admin
from app.api import create_api
from app.config import Settings
from app.state import State

COPY = Path(__file__).parents[1] / "openapi.json"


async def test_the_copy_is_current(state: State) -> None:
    admin = create_admin(state, create_api(Settings(), state, []))
    transport = httpx2.ASGITransport(admin)
    async with httpx2.AsyncClient(transport=transport, base_url="http://admin") as client:
        served = await client.get("/openapi.json")
    assert served.headers["content-type"] == "application/json"
    if "WRITE_OPENAPI" in os.environ:
        COPY.write_bytes(served.content)
    paths = served.json()["paths"].values()
    ids = [operation["operationId"] for operations in paths for operation in operations.values()]
    assert len(ids) == len(set(ids)), "Two routes have the same name."
    assert COPY.read_bytes() == served.content, "The routes have changed: run make openapi."
