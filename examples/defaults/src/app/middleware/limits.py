"""Limits the bytes and the time of a request, which include its body."""

import asyncio
from contextlib import suppress
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.problems import problem

# How long a rejected body is still read, so that the client gets the response
_LINGER_SECONDS = 1.0


class _TooLarge(Exception):
    pass


class _Gone(Exception):
    pass


class Limits:
    """Reads the whole body before the route runs, so that a route never waits for a slow client."""

    def __init__(self, app: ASGIApp, seconds: float, body_bytes: int) -> None:
        self.app = app
        self.seconds = seconds
        self.body_bytes = body_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        deadline = asyncio.get_running_loop().time() + self.seconds
        try:
            async with asyncio.timeout_at(deadline):
                body = await self._read(Headers(scope=scope), receive)
        except _Gone:
            return
        except _TooLarge:
            status, detail = 413, f"The body is larger than {self.body_bytes} bytes."
            return await _refuse(status, detail, scope, receive, send)
        except TimeoutError:
            status, detail = 408, f"The body did not arrive within {self.seconds} s."
            return await _refuse(status, detail, scope, receive, send)
        await self._run(deadline, body, scope, receive, send)

    async def _read(self, headers: Headers, receive: Receive) -> bytes:
        if "content-length" not in headers and "transfer-encoding" not in headers:
            return b""
        if int(headers.get("content-length", 0)) > self.body_bytes:
            raise _TooLarge
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise _Gone
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self.body_bytes:
                raise _TooLarge
        return bytes(body)

    async def _run(
        self, deadline: float, body: bytes, scope: Scope, receive: Receive, send: Send
    ) -> None:
        unread, started = True, False

        async def receive_body_first() -> Message:
            nonlocal unread
            if unread:
                unread = False
                return {"type": "http.request", "body": body, "more_body": False}
            return await receive()

        async def send_and_note(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        timer = asyncio.timeout_at(deadline)
        try:
            async with timer:
                await self.app(scope, receive_body_first, send_and_note)
        except TimeoutError:
            if started or not timer.expired():
                raise
            detail = f"The request took longer than {self.seconds} s."
            await problem(HTTPStatus.GATEWAY_TIMEOUT, detail)(scope, receive, send)


async def _refuse(status: int, detail: str, scope: Scope, receive: Receive, send: Send) -> None:
    """Responds, then reads for a moment. Closing with unread bytes would lose the response."""

    async def send_unfinished(message: Message) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "more_body": True}
        await send(message)

    await problem(status, detail, {"Connection": "close"})(scope, receive, send_unfinished)
    with suppress(TimeoutError):
        async with asyncio.timeout(_LINGER_SECONDS):
            while (await receive()).get("more_body", False):
                pass
    await send({"type": "http.response.body", "body": b"", "more_body": False})
