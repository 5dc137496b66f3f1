"""The program of the pod that stands for a service's dependencies: a port for each, whose behaviour can be changed.

It runs by itself in a container that has only Python: `python3 stub_server.py FOLDER PORT…`. What a port does stands
in the file FOLDER/PORT: nothing or `ok` (answers), `broken` (500), `hanging` (never answers), `dead` (closes the
connection). How often it was asked stands in FOLDER/PORT.asked.
"""

from __future__ import annotations

import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

ANSWER = b'{"from":"stub"}'


class Handler(BaseHTTPRequestHandler):
    """Answers every method by the behaviour of its port."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else head and body wait for each other, 40 ms a request
    wbufsize = -1
    server: Server

    def do_GET(self) -> None:
        """Answer."""
        behaviour = self.server.behaviour
        self.server.count()
        if behaviour == "hanging":
            time.sleep(30)
        if behaviour in ("hanging", "dead"):
            self.close_connection = True
            return
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(500 if behaviour == "broken" else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - http.server's names

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """One port."""

    daemon_threads = True
    request_queue_size = 512

    def __init__(self, folder: Path, port: int) -> None:
        """Listen on every address of the pod."""
        super().__init__(("", port), Handler)
        self.file = folder / str(port)
        self.asked = 0

    @property
    def behaviour(self) -> str:
        """What the port does now."""
        try:
            return self.file.read_text().strip()
        except OSError:
            return "ok"

    def count(self) -> None:
        """Keep the number of requests in FOLDER/PORT.asked."""
        self.asked += 1
        self.file.with_suffix(".asked").write_text(str(self.asked))

    def handle_error(self, *_: object) -> None:
        """Clients go away on purpose here, and one of plain TCP sends no HTTP."""


def main(folder: str, *ports: str) -> None:
    """Serve until the process is ended."""
    for port in ports:
        threading.Thread(target=Server(Path(folder), int(port)).serve_forever, daemon=True).start()
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
