"""uvicorn's HTTP protocol with two more limits: the size and the time of headers."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

MAX_HEADER_BYTES = 32_768

# A client that needs longer for its headers is broken, or an attacker (slowloris).
HEADER_SECONDS = 10.0


class Traffic(ServerState):
    """The connections of one port. uvicorn counts the open ones, but not all since the start."""

    def __init__(self) -> None:
        super().__init__()
        self.accepted = 0


class GuardedProtocol(HttpToolsProtocol):
    """Closes a connection whose next request has begun, but whose headers do not end in time."""

    server_state: Traffic

    _timer: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _unparsed_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.server_state.accepted += 1
        self._expect_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._timer is not None and not self.transport.is_closing():
            # The headers have not ended. One endless header never reaches `on_header`.
            self._unparsed_bytes += len(data)
            if self._unparsed_bytes > MAX_HEADER_BYTES:
                self.send_400_response("Headers too large.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._expect_head()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        self._stop_timer()
        super().on_headers_complete()

    def _expect_head(self) -> None:
        self._head_bytes = self._unparsed_bytes = 0
        self._stop_timer()
        self._timer = self.loop.call_later(HEADER_SECONDS, self.timeout_keep_alive_handler)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > MAX_HEADER_BYTES:
            # The parser reports an exception of its callbacks as a bad request.
            raise ValueError("headers too large")
