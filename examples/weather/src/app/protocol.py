"""uvicorn's HTTP protocol with the limits that it lacks: on headers, and on clients that take nothing."""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

MAX_HEADER_BYTES = 32_768

# A client that takes longer to say what it wants is broken, or a slowloris.
HEADER_SECONDS = 10.0

# For a client to take some of its answer; one that takes nothing is cut off.
UNSENT_SECONDS = 5.0


class Traffic(ServerState):
    """The connections of one port: uvicorn knows those that are open, but not how many there were."""

    def __init__(self) -> None:
        super().__init__()
        self.accepted = 0


class GuardedProtocol(HttpToolsProtocol):
    """Closes a connection whose next request has begun, but doesn't get to the end of its head."""

    server_state: Traffic

    _timer: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _unparsed_bytes = 0
    _unsent_bytes = 0
    _taken_at = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.server_state.accepted += 1
        # Until its first byte it is idle, as between two requests.
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._timer is None and (self.cycle is None or self.cycle.response_complete):
            self._expect_head()  # also for empty lines, with which no message begins
        super().data_received(data)
        if self._timer is not None and not self.transport.is_closing():
            # Still no end of the head: one endless header never gets to `on_header`.
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

    def cut_if_stalled(self, now: float) -> None:
        """To be called now and then: uvicorn waits for ever for a client that takes nothing."""
        unsent = self.transport.get_write_buffer_size()
        if unsent == 0 or unsent != self._unsent_bytes:
            self._unsent_bytes, self._taken_at = unsent, now
        elif now - self._taken_at >= UNSENT_SECONDS:
            self.transport.abort()

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
            # The parser reports what its callbacks raise as a bad request, which uvicorn answers.
            raise ValueError("headers too large")
