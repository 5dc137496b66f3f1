"""Slow clients starve nobody, and a hundred connections are nothing special."""

from __future__ import annotations

import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

from tests.real.conformance.service import SLACK, Bench, Service
from tests.real.conformance.subjects import needs

CONNECTIONS = 100


@needs("critical")
def test_a_hundred_parallel_connections(own: Bench) -> None:
    own.stubs[own.subject.upstream("critical")["name"]].behave("delayed", 0.3)
    service = own.serve(timeout=20, REQUEST_SECONDS="30")
    ready = threading.Barrier(CONNECTIONS)

    def one(_: int) -> tuple[int, float]:
        ready.wait()
        answer = service.ask("/")
        return answer.status, answer.seconds

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        began = time.monotonic()
        answers = list(pool.map(one, range(CONNECTIONS)))
    assert {status for status, _ in answers} == {200}
    assert time.monotonic() - began < CONNECTIONS * 0.3 / 4, "they were answered one after the other"


def test_slow_clients_starve_nobody(service: Service) -> None:
    """Requests that come byte by byte: in the header, and in the body."""
    beginnings = (
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\n",
    )
    slow = []
    try:
        for number in range(2 * CONNECTIONS):
            connection = socket.create_connection(("127.0.0.1", service.port), timeout=5)
            slow.append(connection)
            connection.sendall(beginnings[number % 2])
        for _ in range(3):
            for connection in slow:
                with suppress(OSError):  # the server may hang up on them
                    connection.sendall(b"x")
            answer = service.ask("/", timeout=10)
            assert answer.status == 200
            assert answer.seconds < SLACK
            assert service.probe("/livez") == 200
            time.sleep(0.2)
    finally:
        for connection in slow:
            connection.close()


def test_idle_connections_starve_nobody(service: Service) -> None:
    idle = []
    try:
        while len(idle) < 2 * CONNECTIONS:
            idle.append(socket.create_connection(("127.0.0.1", service.port), timeout=5))
        answer = service.ask("/", timeout=10)
        assert answer.status == 200
        assert answer.seconds < SLACK
    finally:
        for connection in idle:
            connection.close()


@needs("auxiliary")
def test_giant_answers_do_not_fill_the_memory(shared: Bench, service: Service) -> None:
    shared.stubs[shared.subject.upstream("auxiliary")["name"]].behave("giant")
    service.ask("/")
    before = resident(service.process.pid)
    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(lambda _: service.ask("/").status, range(40)))
    assert set(statuses) == {200}
    assert resident(service.process.pid) - before < 100 * 1024 * 1024


def resident(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096
