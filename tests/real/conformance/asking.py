"""Questions to a service that runs, and what every problem that it answers looks like."""

from __future__ import annotations

import socket
import threading

from tests.real.conformance.contract import CONTRACT, REQUEST_ID, check_types, status_of
from tests.real.conformance.service import Answer, Service

PROBLEMS = CONTRACT["problems"]


def check_problem(answer: Answer, kind: str) -> None:
    """Hold an answer to the contract's form of a problem."""
    assert answer.status in status_of(kind), answer.body
    assert (answer.headers["Content-Type"] or "").split(";")[0] == PROBLEMS["media_type"]
    problem = answer.json
    check_types(problem, PROBLEMS["fields"])
    assert problem["type"] == "about:blank"
    assert problem["status"] == answer.status
    assert problem["request_id"] == answer.headers[REQUEST_ID]


def raw(port: int, request: bytes, *, half: bool = False) -> bytes:
    """Send bytes and return what comes back until the server hangs up or is silent for long."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
        try:
            connection.sendall(request)
            if half:
                connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        found = b""
        try:
            while b"\r\n\r\n" not in found and (more := connection.recv(65536)):
                found += more
        except (TimeoutError, ConnectionResetError):
            pass
        return found


def status_line(answer: bytes) -> int:
    """Return the status of an answer as it came."""
    return int(answer.split(b" ", 2)[1])


class Asking(threading.Thread):
    """A request in the background; `answer` is there once it has ended."""

    def __init__(self, service: Service) -> None:
        """Ask the service's first route."""
        super().__init__(daemon=True)
        self.service, self.answer, self.error = service, None, None
        self.start()

    answer: Answer | None
    error: Exception | None

    def run(self) -> None:
        try:
            self.answer = self.service.ask("/")
        except Exception as error:
            self.error = error
