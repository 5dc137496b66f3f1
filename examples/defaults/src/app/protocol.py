"""uvicorn's HTTP protocol with more limits: for headers, and for clients that read nothing."""

import asyncio
import re
import sys
import uuid
from http import HTTPStatus

from httptools import HttpParserInvalidMethodError
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from app.middleware.request_id import HEADER, request_id
from app.problems import problem

MAX_HEADER_BYTES = 32_768

# A client that needs longer for its headers is broken, or an attacker (slowloris).
HEADER_SECONDS = 10.0

# A request line of any method; the parser knows only some.
_REQUEST_LINE = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+ \S+ HTTP/1\.[01]\r?\n")

_DETAILS = {
    HTTPStatus.BAD_REQUEST: "This is not a valid HTTP request.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: f"A header has at most {MAX_HEADER_BYTES} bytes.",
    HTTPStatus.NOT_IMPLEMENTED: "The method is not known.",
}


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
    _hosts = 0
    _received = b""
    _unread_bytes = 0
    _read_at = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.server_state.accepted += 1
        # Until its first byte, it is as idle as between two requests.
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._timer is None and (self.cycle is None or self.cycle.response_complete):
            self._expect_head()  # also for empty lines, with which no message begins
        self._received = data
        super().data_received(data)
        if self._timer is not None and not self.transport.is_closing():
            # The headers have not ended. One endless header never reaches `on_header`.
            self._unparsed_bytes += len(data)
            if self._unparsed_bytes > MAX_HEADER_BYTES:
                self.send_400_response("")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._expect_head()

    def on_url(self, url: bytes) -> None:
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._count(len(name) + len(value))
        self._hosts += name.lower() == b"host"
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if self._hosts > 1 or (self._hosts == 0 and self.parser.get_http_version() == "1.1"):
            raise ValueError("not one Host header")
        self._stop_timer()
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Reject what the parser can't read, before there is a request. uvicorn has only 400."""
        status = self._refusal()
        token = request_id.set(uuid.uuid4().hex)
        response = problem(status, _DETAILS[status], {"Connection": "close"})
        response.headers[HEADER] = request_id.get() or ""
        request_id.reset(token)
        lines = [b"HTTP/1.1 %d %s" % (status, status.phrase.encode())]
        lines += [b"%s: %s" % header for header in response.raw_headers]
        self.transport.write(b"\r\n".join([*lines, b"", bytes(response.body)]))
        self.transport.close()

    def _refusal(self) -> HTTPStatus:
        if max(self._head_bytes, self._unparsed_bytes) > MAX_HEADER_BYTES:
            return HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        unknown = isinstance(sys.exception(), HttpParserInvalidMethodError)
        if unknown and _REQUEST_LINE.match(self._received):
            return HTTPStatus.NOT_IMPLEMENTED
        return HTTPStatus.BAD_REQUEST

    def cut_if_unread(self, patience: float) -> None:
        """Disconnect a client that has read nothing for so long: uvicorn would wait forever."""
        unread, now = self.transport.get_write_buffer_size(), self.loop.time()
        if unread == 0 or unread != self._unread_bytes:
            self._unread_bytes, self._read_at = unread, now
        elif now - self._read_at >= patience:
            self.transport.abort()

    def _expect_head(self) -> None:
        self._head_bytes = self._unparsed_bytes = self._hosts = 0
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
