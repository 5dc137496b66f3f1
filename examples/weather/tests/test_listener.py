"""The listener on a real socket: slow or demanding clients, and a stop that loses no request."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app import listener, protocol
from app.listener import Listener, PortUnavailable, bind, wait_until
from app.serve import QUIET_SECONDS, drain

REQUEST = b"GET / HTTP/1.1\r\nHost: service\r\n\r\n"


async def hello(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("hello")(scope, receive, send)


async def much(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("x" * 10_000_000)(scope, receive, send)


@asynccontextmanager
async def listening(app: ASGIApp = hello) -> AsyncIterator[tuple[Listener, int]]:
    sock = bind(0)
    server = Listener(app, sock)
    await server.open()
    try:
        yield server, sock.getsockname()[1]
    finally:
        if not server.should_exit:
            await server.close()


async def test_both_families_are_served() -> None:
    async with listening() as (_, port):
        for host in ["127.0.0.1", *(["::1"] if socket.has_ipv6 else [])]:
            reader, writer = await asyncio.open_connection(host, port)
            writer.write(REQUEST)
            assert b" 200 " in await reader.readline()
            writer.close()


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nX-Large: " + b"x" * 200_000,
        b"GET / HTTP/1.1\r\nX-Large: " + b"x" * 40_000 + b"\r\n\r\n",
        b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"X-Many: x\r\n" * 5_000,
    ],
)
async def test_large_headers_are_refused(head: bytes) -> None:
    async with listening() as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(head)
        assert b" 431 " in await reader.readline()
        writer.close()


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"BREW / HTTP/1.1\r\nHost: service\r\n\r\n", b" 501 "),
        (b"no http\r\n\r\n", b" 400 "),
        (b"GET / HTTP/1.1\r\n\r\n", b" 400 "),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", b" 400 "),
        (b"GET / HTTP/1.0\r\n\r\n", b" 200 "),
    ],
)
async def test_what_cannot_be_a_request_is_refused(request_: bytes, status: bytes) -> None:
    async with listening() as (_, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request_)
        assert status in await reader.readline()
        assert b"\r\nx-request-id: " in await reader.readuntil(b"\r\n\r\n") or status == b" 200 "
        writer.close()


async def test_a_slow_head_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEADER_SECONDS", 0.5)
    async with listening() as (_, port), asyncio.timeout(5):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(REQUEST)
        await reader.readuntil(b"hello")
        writer.write(REQUEST[:-2])
        assert await reader.read() == b""
        writer.close()


async def test_a_silent_connection_is_not_a_slow_head(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "HEADER_SECONDS", 0.2)
    async with listening() as (_, port), asyncio.timeout(5):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.sleep(0.5)
        writer.write(REQUEST)
        assert b" 200 " in await reader.readline()
        writer.close()


async def test_a_client_that_reads_nothing_is_disconnected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "UNREAD_SECONDS", 0.3)
    monkeypatch.setattr(listener, "CHECK_SECONDS", 0.05)
    async with listening(much) as (server, port):
        with socket.create_connection(("127.0.0.1", port)) as silent:
            silent.sendall(REQUEST)
            await wait_until(lambda: server.connections > 0, 2)
            await wait_until(lambda: server.connections == 0, 2)
            assert server.connections == 0


async def test_a_connection_from_before_the_end_gets_a_response() -> None:
    async with listening() as (server, port):
        loop = asyncio.get_running_loop()
        with socket.create_connection(("127.0.0.1", port)) as early:
            early.setblocking(False)
            # The event loop has not run since then, so the connection waits in the kernel's queue.
            closing = asyncio.create_task(server.close())
            await asyncio.sleep(0.2)
            await loop.sock_sendall(early, REQUEST)
            assert b" 200 " in await loop.sock_recv(early, 1000)
        await closing
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", port))


async def test_a_silent_connection_does_not_hold_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "FIRST_REQUEST_SECONDS", 0.1)
    async with listening() as (server, port):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        async with asyncio.timeout(5):
            await server.close()
            assert await reader.read() == b""
        writer.close()


async def test_clients_that_reconnect_count_as_connected() -> None:
    async with listening() as (server, port):
        draining = asyncio.create_task(drain([server], 30))
        for _ in range(8):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(REQUEST)
            assert b" 200 " in await reader.readline()
            writer.close()
            await asyncio.sleep(QUIET_SECONDS / 5)
            assert not draining.done()
        async with asyncio.timeout(10):
            await draining


def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(PortUnavailable, match=f"port {port}: "):
            bind(port)
