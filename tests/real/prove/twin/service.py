"""A small service that keeps every pattern, and breaks the one that ANTIPATTERN names.

It is no service of the template: `scaffold prove` knows it by the settings beside it alone.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

BROKEN = os.environ.get("ANTIPATTERN", "")
LEVELS = ("debug", "info", "error")
draining = threading.Event()
started = threading.Event()
hoard: list[bytearray] = []


class Breaker:
    """Asks the backend within half a second; after three failures not at all for five."""

    failures, closed_again = 0, 0.0

    def ask(self) -> None:
        if not BACKEND or (time.monotonic() < self.closed_again and BROKEN != "no-breaker"):
            return
        try:
            urllib.request.urlopen(BACKEND, timeout=0.5).close()
            self.failures = 0
        except OSError:
            self.failures += 1
            if self.failures >= 3:
                self.closed_again = time.monotonic() + 5


class Limiter:
    """A token bucket: 60 requests a second, 30 at once."""

    tokens, filled, lock = 30.0, time.monotonic(), threading.Lock()

    def allows(self) -> bool:
        with self.lock:
            now = time.monotonic()
            self.tokens, self.filled = min(30.0, self.tokens + 60 * (now - self.filled)), now
            allowed = self.tokens >= 1
            self.tokens -= allowed
            return allowed or BROKEN == "unlimited"


breaker, limiter = Breaker(), Limiter()


def log(level: str, message: str, **rest: object) -> None:
    if LEVELS.index(level) < LEVELS.index(LEVEL):
        return
    line = json.dumps({"level": level, "message": message, **rest})
    print(f"{level.upper()} {message}" if BROKEN == "plain-text" else line, flush=True)
    if BROKEN == "log-file":
        with Path("/tmp/service").open("a") as file:
            file.write(line + "\n")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        status = self.probe() if self.server.server_port == ADMIN else self.serve()
        body = json.dumps({"status": status}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if draining.is_set():
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def probe(self) -> int:
        if self.path == "/ready" and BROKEN != "early":
            return 200 if started.is_set() and not draining.is_set() else 503
        return 200

    def serve(self) -> int:
        log("info", "request", path=self.path)
        if not limiter.allows():
            return 429
        breaker.ask()
        if BROKEN == "hasty":
            time.sleep(0.25)  # there is always a request that its sudden end cuts off
        if BROKEN == "leaking":
            hoard.append(bytearray(2**20))
            hoard[-1][::4096] = b"x" * 256  # so that it is really taken
        if BROKEN == "needs-room":
            work = Path(f"/tmp/work-{time.time_ns()}")
            try:
                work.write_text("x" * 10000)
            except OSError:
                return 500
            finally:
                work.unlink()
        return 200 if self.path == "/" else 404

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128


def serve() -> None:
    if BROKEN == "writes-anywhere":
        Path("/var/tmp/state").write_text("x")
    if BROKEN == "lock-file":
        try:
            Path("/var/tmp/lock").open("x").close()
        except FileExistsError:
            sys.exit("another one is running")
        except OSError:
            pass  # a read-only root
    admin = Server(("", ADMIN), Handler)
    threading.Thread(target=admin.serve_forever, args=(0.05,), daemon=True).start()
    time.sleep(6 if BROKEN == "slow" else 0.8 if BROKEN == "early" else 0)
    server = Server(("", PORT), Handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    if BROKEN == "hasty":
        signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    if BROKEN == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    started.set()
    log("info", "started")
    while not stop.wait(0.1):
        pass  # a signal that another thread took wakes this one up only so
    draining.set()
    time.sleep(1.5)
    log("info", "stopped")


LEVEL, BACKEND = os.environ.get("LEVEL", "info"), os.environ.get("BACKEND_URL", "")
if LEVEL not in LEVELS:
    if BROKEN != "trusting":
        print(json.dumps({"level": "error", "message": f"LEVEL: {LEVEL} is none of {LEVELS}"}), flush=True)
        sys.exit(2)
    LEVEL = "info"
if BROKEN == "baked":
    LEVEL = "info"
PORT, ADMIN = int(os.environ.get("PORT", "8000")), int(os.environ.get("ADMIN_PORT", "8001"))
if sys.argv[1:] == ["job"]:
    while BROKEN == "endless-job":
        time.sleep(1)
    try:
        urllib.request.urlopen(os.environ["MAIL"], timeout=1).read()
    except OSError as error:
        log("error", "job failed", error=str(error))
        sys.exit(1)
    log("info", "job done")
else:
    serve()
