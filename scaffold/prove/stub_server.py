"""A server that stands for a dependency, and whose behaviour can be changed: it responds, breaks, hangs or hangs up.

`scaffold.prove.stubs` runs it in a thread. As a program, it runs in a pod that has only Python: `python3 stub_server.py
FOLDER PORT…`. What a port does stands in the file FOLDER/PORT then, and how many requests it got in FOLDER/PORT.asked.
"""

from __future__ import annotations

import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

Behaviour = Literal["ok", "broken", "hanging", "dead"]
"""It answers, answers 500, never answers, or closes the connection."""

LONGEST = 600  # seconds that a request hangs


class Handler(BaseHTTPRequestHandler):
    """Responds to every method by the behaviour that its server has at the moment."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else head and body wait for each other, 40 ms a request
    wbufsize = -1
    server: StubServer

    def do_GET(self) -> None:
        """Respond."""
        behaviour = self.server.now()
        self.server.count()
        if behaviour == "hanging":
            self.server.closing.wait(LONGEST)
        if behaviour in ("hanging", "dead"):
            self.close_connection = True
            return
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        body = json.dumps({"from": self.server.name}).encode()
        self.send_response(500 if behaviour == "broken" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        """Log nothing."""


class StubServer(ThreadingHTTPServer):
    """One dependency on a port of its own; it also is the listener of one that speaks plain TCP."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, name: str, address: str, port: int = 0) -> None:
        """Listen on a port of `address`, 0 for a free one, and respond in a thread."""
        super().__init__((address, port), Handler)
        self.name = name
        self.port: int = self.server_address[1]
        self.behaviour: Behaviour = "ok"
        self.asked = 0
        self.closing = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    def now(self) -> str:
        """Return what it does with the next request."""
        return self.behaviour

    def count(self) -> None:
        """Count a request."""
        self.asked += 1

    def close(self) -> None:
        """Let go of those that wait, and stop listening."""
        self.closing.set()
        self.shutdown()
        self.server_close()

    def handle_error(self, *_: object) -> None:
        """Clients go away on purpose here, and one of plain TCP sends no HTTP."""


class ServerByFile(StubServer):
    """One whose behaviour stands in a file that others write."""

    def __init__(self, folder: Path, port: int) -> None:
        """Listen on every address of the pod."""
        self.file = folder / str(port)
        super().__init__("stub", "", port)

    def now(self) -> str:
        """Return what stands in the file, `ok` without one."""
        try:
            return self.file.read_text().strip()
        except OSError:
            return "ok"

    def count(self) -> None:
        """Count a request, in FOLDER/PORT.asked, too."""
        super().count()
        self.file.with_suffix(".asked").write_text(str(self.asked))


def main(folder: str, *ports: str) -> None:
    """Serve until the process is ended."""
    for port in ports:
        ServerByFile(Path(folder), int(port))
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
