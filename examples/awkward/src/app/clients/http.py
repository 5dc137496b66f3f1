"""An HTTP dependency."""

import functools
import ssl
from typing import Any

import httpx
from pydantic_core import from_json

from app.clients.dependency import Dependency
from app.middleware.request_id import HEADER, request_id

MAX_ANSWER_BYTES = 1_048_576

# Few are kept, because httpx checks each idle connection on every request. Servers keep idle
# connections for at least 5 s, so a reused one is still open.
LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=10, keepalive_expiry=4)


class BadAnswer(Exception):
    """The dependency sent an unusable response."""


class HttpDependency(Dependency):
    """It has a separate connection pool, so that a slow dependency can't use up that of another."""

    def __init__(self, name: str, *, critical: bool, url: str, timeout: float) -> None:
        super().__init__(name, critical=critical, timeout=timeout)
        self.url = url
        # `ask` limits the whole call; the timeouts of httpx are for each read.
        self.http = httpx.AsyncClient(verify=_tls(), limits=LIMITS, timeout=None)  # noqa: S113

    async def fetch(self) -> Any:
        return await self.get(self.url)

    async def get(self, url: str) -> Any:
        """The JSON or text of a successful response."""
        async with self.http.stream("GET", url, headers=_headers()) as response:
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
    return httpx.create_ssl_context()


def _headers() -> dict[str, str]:
    # Without compression, the limit below also limits the memory.
    headers = {"Accept": "application/json, text/plain", "Accept-Encoding": "identity"}
    if current := request_id.get():
        headers[HEADER] = current
    return headers


async def _read(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_raw():
        body += chunk
        if len(body) > MAX_ANSWER_BYTES:
            raise BadAnswer(f"more than {MAX_ANSWER_BYTES} bytes")
    return bytes(body)
