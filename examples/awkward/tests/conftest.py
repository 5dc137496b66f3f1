"""Shared by the tests: settings, a dependency with every fault, and the service in process."""

import asyncio
import io
import json
import os
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import ClassVar

import httpx2
import pytest

from app import logs
from app.api import create_api
from app.clients.dependency import Dependency
from app.config import Settings
from app.state import State

# Calls of loopback must not use the proxy of this machine.
os.environ["NO_PROXY"] = "*"

os.environ["TRUE_FILE"] = __file__
# Your own required settings need a value here: os.environ["DB_PASSWORD"] = "test"

Call = Callable[..., httpx2.AsyncClient]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def state() -> State:
    return State()


@pytest.fixture
def call(state: State) -> Call:
    """A client of the service, with settings by name and the dependencies."""

    def make(*clients: Dependency, **settings: object) -> httpx2.AsyncClient:
        api = create_api(Settings.model_validate(settings), state, list(clients))
        return httpx2.AsyncClient(transport=httpx2.ASGITransport(api), base_url="http://service")

    return make


@pytest.fixture
def lines() -> Callable[[], list[dict[str, object]]]:
    """Configures the logs, and returns the written lines."""
    stream = io.StringIO()
    logs.configure("info", "1.2.3", stream)
    return lambda: [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.fixture
def unused_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


class Upstream:
    """A real server on loopback; the path selects the fault."""

    RESPONSES: ClassVar = {
        "/json": ("200 OK", "application/json", b'{"mails": 3}'),
        "/text": ("200 OK", "text/plain", b"sunny"),
        "/500": ("500 Internal Server Error", "text/plain", b"boom"),
        "/404": ("404 Not Found", "text/plain", b"nothing here"),
        "/bad": ("200 OK", "application/json", b'{"mails": '),
        "/nan": ("200 OK", "application/json", b'{"mails": NaN}'),
        "/surrogate": ("200 OK", "application/json", b'{"mails": "\\ud800"}'),
        "/large": ("200 OK", "text/plain", b"x" * 1_048_577),
    }

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[str] = []
        self.hung_up = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = (await reader.readuntil(b"\r\n\r\n")).decode()
            if length := re.search(r"(?i)content-length: (\d+)", request):
                request += (await reader.readexactly(int(length[1]))).decode()
            self.requests.append(request)
            path = request.split(" ")[1]
            if path == "/slow":
                await self._trickle(writer)
            else:
                status, kind, body = self.RESPONSES[path]
                head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}"
                writer.write(f"{head}\r\n\r\n".encode() + body)
                await writer.drain()
        except ConnectionError:
            self.hung_up.set()
        except asyncio.IncompleteReadError:
            pass
        finally:
            writer.close()

    async def _trickle(self, writer: asyncio.StreamWriter) -> None:
        """Sends single bytes slowly: each read is in time, and the whole response is too late."""
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(1000):
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)


@pytest.fixture
async def upstream() -> AsyncIterator[Upstream]:
    async with serving() as server:
        yield server


@asynccontextmanager
async def serving() -> AsyncIterator[Upstream]:
    upstream = Upstream()
    server = await asyncio.start_server(upstream, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    upstream.url = f"http://{host}:{port}"
    try:
        yield upstream
    finally:
        server.close()
