"""Dependencies that behave as they are told to, on loopback: well, slowly, badly, or not at all."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.real.conformance.contract import CONTRACT, REQUEST_ID

SLOW_SECONDS = 30
LARGE_BYTES = 900_000


class Handler(BaseHTTPRequestHandler):
    """Answers each request by the behaviour that its server has at the moment."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # a head and its body leave at once, whoever measures
    server: Server

    def do_GET(self) -> None:
        stub = self.server.stub
        stub.asked.append(self.headers.get(REQUEST_ID, ""))
        stub.heads.append(dict(self.headers))
        BEHAVIOURS[stub.behaviour](self)

    do_POST = do_GET  # noqa: N815 - the name is http.server's

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def reply(self, status: int, body: bytes, media_type: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def pause(self, seconds: float) -> None:
        self.server.stub.closing.wait(seconds)


class Server(ThreadingHTTPServer):
    """Takes many connections at once and says nothing about those that break."""

    daemon_threads = True
    request_queue_size = 256
    stub: Stub

    def process_request(self, request: Any, client_address: Any) -> None:
        self.stub.connections += 1
        super().process_request(request, client_address)

    def handle_error(self, *_: object) -> None:
        """Clients go away on purpose here."""


def ok(handler: Handler) -> None:
    handler.reply(200, json.dumps({"from": handler.server.stub.name}).encode())


def text(handler: Handler) -> None:
    handler.reply(200, b"sunny", "text/plain; charset=utf-8")


def large(handler: Handler) -> None:
    handler.reply(200, json.dumps("x" * LARGE_BYTES).encode())


def delayed(handler: Handler) -> None:
    handler.pause(handler.server.stub.delay)
    ok(handler)


def slow(handler: Handler) -> None:
    handler.pause(SLOW_SECONDS)
    handler.close_connection = True


def drip(handler: Handler) -> None:
    """Send a byte now and then: each read is quick, the whole is not."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    until = time.monotonic() + SLOW_SECONDS
    while time.monotonic() < until and not handler.server.stub.closing.is_set():
        handler.wfile.write(b" ")
        handler.wfile.flush()
        handler.pause(0.1)
    handler.close_connection = True


def crash(handler: Handler) -> None:
    handler.reply(500, b'{"error": "out of service"}')


def missing(handler: Handler) -> None:
    handler.reply(404, b"{}")


def giant(handler: Handler) -> None:
    size = CONTRACT["largest_response_bytes"] * 4
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b"1\r\n[\r\n")
    for _ in range(size // 65536):
        handler.wfile.write(b"10000\r\n" + b" " * 65536 + b"\r\n")
    handler.wfile.write(b"2\r\n1]\r\n0\r\n\r\n")


def cut(handler: Handler) -> None:
    """Promise a body and hang up in the middle of it."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"half": ')
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def hang_up(handler: Handler) -> None:
    """Take the request and close the connection without a word."""
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


def one_by_one(handler: Handler) -> None:
    """Work on one request at a time, as long as each takes: a service with a capacity."""
    with handler.server.stub.worker:
        handler.pause(handler.server.stub.delay)
    ok(handler)


def garbage(handler: Handler) -> None:
    """Answer something that is no HTTP."""
    handler.wfile.write(b"\x00\x01\x02 no protocol\r\n\r\n")
    handler.wfile.flush()
    handler.connection.shutdown(socket.SHUT_RDWR)
    handler.close_connection = True


BEHAVIOURS: dict[str, Callable[[Handler], None]] = {
    each.__name__: each for each in (ok, text, delayed, slow, drip, crash, missing, giant, cut, garbage)
} | {each.__name__: each for each in (hang_up, one_by_one, large)}
LATE = ("slow", "drip")
BROKEN = ("crash", "missing", "giant", "cut", "garbage", "refused")


class Stub:
    """One dependency on a port of its own; it also serves as the listener of a plain TCP one."""

    def __init__(self, name: str) -> None:
        """Open a port for the dependency of that name."""
        self.name = name
        self.behaviour = "ok"
        self.delay = 0.0
        self.asked: list[str] = []  # the request id of each request
        self.heads: list[dict[str, str]] = []  # and its headers
        self.connections = 0  # that were opened to it
        self.worker = threading.Lock()
        self.closing = threading.Event()
        self.port = 0
        self.open()

    def open(self) -> None:
        self.server = Server(("127.0.0.1", self.port), Handler)
        self.server.stub = self
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def behave(self, how: str, delay: float = 0.0) -> None:
        """Behave like that from now on; `refused` closes the port."""
        if how == "refused" != self.behaviour:
            self.close()
        if self.behaviour == "refused" != how:
            self.open()
        self.behaviour, self.delay = how, delay

    def reset(self) -> None:
        """Behave well again, and let go of those that wait."""
        self.closing.set()
        self.behave("ok")
        self.asked.clear()
        self.heads.clear()
        self.closing = threading.Event()

    def stop(self) -> None:
        self.closing.set()
        if self.behaviour != "refused":
            self.close()
