"""Dependencies of the service under proof, stubbed by this process: they answer well, break, or hang."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Literal

from scaffold.prove.subject import Dependency

Behaviour = Literal["ok", "broken", "hanging"]


class _Handler(BaseHTTPRequestHandler):
    """Answers every method by the behaviour that its stub has at the moment."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else head and body wait for each other, 40 ms a request
    wbufsize = -1
    server: _Server

    def do_GET(self) -> None:
        """Answer."""
        stub = self.server.stub
        stub.asked += 1
        if stub.behaviour == "hanging":
            stub.closing.wait(600)
            self.close_connection = True
            return
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.dumps({"from": stub.name}).encode()
        self.send_response(200 if stub.behaviour == "ok" else 500)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 512
    stub: Stub

    def handle_error(self, *_: object) -> None:
        """Clients go away on purpose here, and one of plain TCP sends no HTTP."""


class Stub:
    """One dependency on a port of its own; it also is the listener of a plain TCP one."""

    def __init__(self, name: str, address: str) -> None:
        """Listen on a free port of `address`."""
        self.name = name
        self.behaviour: Behaviour = "ok"
        self.asked = 0
        self.closing = threading.Event()
        self._server = _Server((address, 0), _Handler)
        self._server.stub = self
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        """Let go of those that wait, and stop listening."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def stubs(dependencies: tuple[Dependency, ...], address: str) -> Iterator[Mapping[str, Stub]]:
    """Give a stub for each dependency, by its name; they are gone after the block."""
    made: dict[str, Stub] = {}
    try:
        for each in dependencies:
            made[each.name] = Stub(each.name, address)
        yield made
    finally:
        for stub in made.values():
            stub.close()


def environment(dependencies: tuple[Dependency, ...], made: Mapping[str, Stub], host: str) -> dict[str, str]:
    """Return the variables that lead the service to its stubs, which it reaches as `host`."""
    found = {}
    for each in dependencies:
        address = f"{host}:{made[each.name].port}"
        found[each.variable] = address if each.scheme == "tcp" else f"http://{address}"
    return found
