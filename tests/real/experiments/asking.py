"""A caller on one kept-alive connection, who measures; and many of them at once."""

from __future__ import annotations

import http.client
import json
import socket
import statistics
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Answer:
    """One answer, and how long it took."""

    status: int
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    seconds: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Caller:
    """Asks one port again and again over one connection, from an address of its own if need be."""

    def __init__(self, port: int, *, host: str = "127.0.0.1", timeout: float = 10, source: str = "") -> None:
        """Open nothing yet."""
        self.connection = http.client.HTTPConnection(host, port, timeout=timeout, source_address=(source, 0))

    def ask(self, method: str = "GET", path: str = "/", **headers: str) -> Answer:
        """Send a request; raises TimeoutError where nothing comes."""
        began = time.perf_counter()
        if self.connection.sock is None:
            self.connection.connect()
            self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.connection.request(method, path, headers={key.replace("_", "-"): value for key, value in headers.items()})
        response = self.connection.getresponse()
        body = response.read()
        seconds = time.perf_counter() - began
        return Answer(response.status, {key.lower(): value for key, value in response.getheaders()}, body, seconds)

    def close(self) -> None:
        self.connection.close()


def at_once(port: int, count: int, **rest: str) -> list[Answer]:
    """Send so many requests at the same moment, each over a connection of its own."""
    answers: list[Answer] = []
    gate = threading.Barrier(count)

    def one() -> None:
        caller = Caller(port)
        gate.wait()
        answers.append(caller.ask(**rest))
        caller.close()

    threads = [threading.Thread(target=one) for _ in range(count)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    return answers


def percentile(answers: Sequence[Answer], rank: int) -> float:
    """Return the seconds within which `rank` of 100 answers came."""
    return statistics.quantiles([each.seconds for each in answers], n=100, method="inclusive")[rank - 1]
