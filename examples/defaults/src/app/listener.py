"""One port: a uvicorn server without signal handlers that loses no request when it stops (P08)."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from starlette.types import ASGIApp

from app.protocol import GuardedProtocol, Traffic

# Longer than the usual 60 s of proxies, so that they close first. A proxy then never sends a
# request on a connection that this side is closing.
KEEP_ALIVE_SECONDS = 75

# For a client that is connected, but whose first request has not arrived
FIRST_REQUEST_SECONDS = 1.0

# A client that reads nothing of its response for this time is disconnected
UNREAD_SECONDS = 30.0

# The same when the service stops
UNREAD_SECONDS_AT_STOP = 5.0

# Between two checks of the connections
CHECK_SECONDS = 0.5


class PortUnavailable(Exception):
    """Another process uses the port, or the system does not allow it."""


class Listener(uvicorn.Server):
    """Use `open`, then `close`: `serve` of uvicorn would handle the signals."""

    def __init__(self, app: ASGIApp, sock: socket.socket) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=GuardedProtocol,
                ws="none",
                lifespan="off",  # `serve` runs it once for all ports
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
                reset_contextvars=True,  # a request inherits nothing from an earlier one
            )
        )
        self.server_state: Traffic = Traffic()
        self._socket = sock

    async def open(self) -> None:
        self.config.load()
        self.lifespan = self.config.lifespan_class(self.config)
        # uvicorn closes its socket; the duplicate keeps the queue of connections open.
        try:
            await self.startup(sockets=[self._socket.dup()])
        except OSError as error:
            raise PortUnavailable(f"port {self._socket.getsockname()[1]}: {error}") from error
        self._ticks = asyncio.create_task(self.main_loop())
        self._checks = asyncio.create_task(self._cut_unread())

    @property
    def connections(self) -> int:
        return len(self.server_state.connections)

    @property
    def accepted(self) -> int:
        return self.server_state.accepted

    async def close(self) -> None:
        """Accepts no new connections, and returns when all existing ones have ended."""
        for server in self.servers:
            server.close()
        waiting = _waiting(self._socket)
        self._socket.close()
        loop = asyncio.get_running_loop()
        for connection in waiting:
            await loop.connect_accepted_socket(self._protocol, connection)
        await wait_until(lambda: not self._unused(), FIRST_REQUEST_SECONDS)
        self.should_exit = True
        await self._ticks
        await self.shutdown()
        self._checks.cancel()

    async def _cut_unread(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            patience = UNREAD_SECONDS_AT_STOP if self.should_exit else UNREAD_SECONDS
            for connection in list(self.server_state.connections):
                if isinstance(connection, GuardedProtocol):
                    connection.cut_if_unread(patience)

    def _protocol(self) -> asyncio.Protocol:
        return GuardedProtocol(self.config, self.server_state, app_state={})

    def _unused(self) -> bool:
        return any(
            isinstance(connection, GuardedProtocol) and connection.cycle is None
            for connection in self.server_state.connections
        )


def _waiting(listening: socket.socket) -> list[socket.socket]:
    """The connections in the kernel's queue, open for clients. A close would reset them."""
    waiting = []
    with suppress(OSError):
        while True:
            connection, _ = listening.accept()
            connection.setblocking(False)
            waiting.append(connection)
    return waiting


def bind(port: int) -> socket.socket:
    """Binds the port on all addresses, IPv6 and IPv4, but does not listen yet."""
    try:
        sock = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        address = "::"
    except OSError:  # a kernel without IPv6
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        address = "0.0.0.0"  # noqa: S104 - the network policy limits who can connect
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((address, port))
    except OSError as error:
        sock.close()
        raise PortUnavailable(f"port {port}: {error}") from error
    return sock


async def wait_until(condition: Callable[[], bool], seconds: float) -> None:
    """Checks often, and returns after the seconds at the latest."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not condition() and loop.time() < deadline:  # noqa: ASYNC110 - uvicorn has no event
        await asyncio.sleep(0.02)
