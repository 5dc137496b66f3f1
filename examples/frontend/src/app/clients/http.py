"""An HTTP dependency."""

import functools
import ssl
from typing import Any

import httpx2
from opentelemetry import trace
from pydantic_core import from_json

from app import tracing
from app.clients.dependency import Dependency
from app.middleware.request_id import HEADER, request_id

MAX_RESPONSE_BYTES = 1_048_576

# Few are kept, because httpx2 checks each idle connection on every request. Servers keep idle
# connections for at least 5 s, so a reused one is still open.
LIMITS = httpx2.Limits(max_connections=100, max_keepalive_connections=10, keepalive_expiry=4)


class BadAnswer(Exception):
    """The dependency sent an unusable response."""


class HttpDependency(Dependency):
    """It has a separate connection pool, so that a slow dependency can't use up that of another."""

    def __init__(self, name: str, *, critical: bool, url: str, timeout: float) -> None:
        super().__init__(name, critical=critical, timeout=timeout)
        self.url = url
        # `bounded` limits the whole call; the timeouts of httpx2 are for each read.
        self.http = httpx2.AsyncClient(verify=_tls(), limits=LIMITS, timeout=None)

    async def ask(self) -> Any:
        return await self.get()

    async def get(self, url: str | None = None) -> Any:
        """The JSON or text of a successful response."""
        return await self.bounded(self._send("GET", url))

    async def post(self, value: Any, url: str | None = None) -> Any:
        """Sends the value as JSON; returns the JSON or text of a successful response."""
        return await self.bounded(self._send("POST", url, json=value))

    async def _send(self, method: str, url: str | None, **content: Any) -> Any:
        with tracing.call(method, url or self.url):
            return await self._exchange(method, url, **content)

    async def _exchange(self, method: str, url: str | None, **content: Any) -> Any:
        sent = self.http.stream(method, url or self.url, headers=_headers(), **content)
        async with sent as response:
            status = response.status_code
            trace.get_current_span().set_attribute("http.response.status_code", status)
            if not response.is_success:
                raise BadAnswer(f"status {response.status_code}")
            body = await _read(response)
        if "json" in response.headers.get("content-type", ""):
            return from_json(body, allow_inf_nan=False)
        return body.decode()

    async def aclose(self) -> None:
        await self.http.aclose()


@functools.cache
def _tls() -> ssl.SSLContext:
    """One for all clients, because it loads every root certificate and takes time to create."""
    return httpx2.create_ssl_context()


def _headers() -> dict[str, str]:
    # Without compression, the limit below also limits the memory.
    headers = {"Accept": "application/json, text/plain", "Accept-Encoding": "identity"}
    if current := request_id.get():
        headers[HEADER] = current
    tracing.inject(headers)
    return headers


async def _read(response: httpx2.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > MAX_RESPONSE_BYTES:
            raise BadAnswer(f"more than {MAX_RESPONSE_BYTES} bytes")
    return bytes(body)
