"""One port: a uvicorn server that leaves signals to us and loses no request at its end (P08)."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress

import uvicorn
from starlette.types import ASGIApp

from app.protocol import GuardedProtocol, Traffic

# Longer than the 60 s for which proxies commonly keep a connection: they close first,
# so none of them sends a request into a connection that we are just closing.
KEEP_ALIVE_SECONDS = 75

# For a client that has connected, but whose first request is still under way
FIRST_REQUEST_SECONDS = 1.0

LOOK_SECONDS = 0.5


class PortUnavailable(Exception):
    """Another process has the port, or the system does not give it to us."""


class Listener(uvicorn.Server):
    """`open`, then `close`; uvicorn's `serve` would take over the signals."""

    def __init__(self, app: ASGIApp, sock: socket.socket) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=GuardedProtocol,
                ws="none",
                lifespan="off",  # run once by `serve`, however many ports there are
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=KEEP_ALIVE_SECONDS,
            )
        )
        self.server_state: Traffic = Traffic()
        self._socket = sock

    async def open(self) -> None:
        self.config.load()
        self.lifespan = self.config.lifespan_class(self.config)
        # uvicorn closes its own; the duplicate keeps the queue of connections until we end it.
        try:
            await self.startup(sockets=[self._socket.dup()])
        except OSError as error:
            raise PortUnavailable(f"port {self._socket.getsockname()[1]}: {error}") from error
        self._ticks = asyncio.create_task(self.main_loop())
        self._looks = asyncio.create_task(self._cut_stalled())

    @property
    def connections(self) -> int:
        return len(self.server_state.connections)

    @property
    def accepted(self) -> int:
        return self.server_state.accepted

    async def close(self) -> None:
        """Takes no new connection, answers those that came, and returns when all have ended."""
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
        self._looks.cancel()

    async def _cut_stalled(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for connection in list(self.server_state.connections):
                if isinstance(connection, GuardedProtocol):
                    connection.cut_if_stalled(loop.time())

    def _protocol(self) -> asyncio.Protocol:
        return GuardedProtocol(self.config, self.server_state, app_state={})

    def _unused(self) -> bool:
        return any(
            isinstance(connection, GuardedProtocol) and connection.cycle is None
            for connection in self.server_state.connections
        )


def _waiting(listening: socket.socket) -> list[socket.socket]:
    """The connections in the kernel's queue: open for their clients, and reset by a close."""
    waiting = []
    with suppress(OSError):
        while True:
            connection, _ = listening.accept()
            connection.setblocking(False)
            waiting.append(connection)
    return waiting


def bind(port: int) -> socket.socket:
    """Takes the port on all addresses, IPv6 and IPv4, without listening on it yet."""
    try:
        sock = socket.socket(socket.AF_INET6, socket.SOCK_STREAM)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        address = "::"
    except OSError:  # a kernel without IPv6
        sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        address = "0.0.0.0"  # noqa: S104 - the network policy says who may connect
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((address, port))
    except OSError as error:
        sock.close()
        raise PortUnavailable(f"port {port}: {error}") from error
    return sock


async def wait_until(condition: Callable[[], bool], seconds: float) -> None:
    """Looks often, and gives up after the seconds."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while not condition() and loop.time() < deadline:  # noqa: ASYNC110 - uvicorn tells no event
        await asyncio.sleep(0.02)
