"""A dependency that speaks HTTP."""

import functools
import ssl
from typing import Any

import httpx
from pydantic_core import from_json

from app.clients.dependency import Dependency
from app.middleware.request_id import HEADER, request_id

MAX_ANSWER_BYTES = 1_048_576

# Few are kept: httpx's pool asks the kernel about each idle connection on every request.
# Servers keep an idle connection for 5 s at least: so none is reused that just closed.
LIMITS = httpx.Limits(max_connections=100, max_keepalive_connections=10, keepalive_expiry=4)


class BadAnswer(Exception):
    """The dependency answered, but not what it should."""


class HttpDependency(Dependency):
    """A pool of connections of its own, so that a slow dependency can't use up another's."""

    def __init__(self, name: str, *, critical: bool, url: str, timeout: float) -> None:
        super().__init__(name, critical=critical, timeout=timeout)
        self.url = url
        # `ask` holds the clock for the whole call; httpx's own timeouts are a read's.
        self.http = httpx.AsyncClient(verify=_tls(), limits=LIMITS, timeout=None)  # noqa: S113

    async def fetch(self) -> Any:
        return await self.get(self.url)

    async def get(self, url: str) -> Any:
        """The JSON or text of a successful answer."""
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
    """One for all clients: it holds every root certificate, and takes a while to make."""
    return httpx.create_ssl_context()


def _headers() -> dict[str, str]:
    # Not compressed: so the limit below is one of memory as well.
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
