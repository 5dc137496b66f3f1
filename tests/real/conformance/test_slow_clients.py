"""A client that sends slowly, or takes nothing, holds a connection for a bounded time: the same in each language."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from tests.real.conformance.contract import CONTRACT, OK, status_of
from tests.real.conformance.service import SLACK, Bench, Connection, Service, wait_until
from tests.real.conformance.stubs import LARGE_BYTES
from tests.real.conformance.subjects import needs

LIMITS = CONTRACT["slow_clients"]
HEADER, UNREAD, UNREAD_AT_STOP, LINGER = (
    LIMITS[name]["seconds"] for name in ("header", "unread", "unread_at_stop", "linger")
)
LOOK = 1  # second, in which the process looks again
LITTLE = 20_000  # bytes a second: the kernel tells the process of a third of its buffer at once
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
ESTABLISHED = "01"  # in the kernel's table of connections


def drip(connection: socket.socket, patience: float) -> float:
    """Send a byte now and then until the server hangs up; return the seconds that it took, or the patience."""
    connection.settimeout(0.2)
    began = time.monotonic()
    with suppress(OSError):
        while time.monotonic() - began < patience:
            connection.sendall(b"x")
            with suppress(TimeoutError):
                if not connection.recv(4096):
                    break
    return time.monotonic() - began


@pytest.mark.parametrize("kept", [False, True], ids=["first", "next"])
def test_a_head_has_its_time_from_its_first_byte(service: Service, kept: bool) -> None:
    """How long the connection was open before does not count; nor do bytes that come one by one."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=5) as connection:
        if kept:
            connection.sendall(REQUEST)
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
        time.sleep(3)
        connection.sendall(REQUEST[:-2] + b"X-Slow: ")
        assert HEADER - LOOK < drip(connection, 2 * HEADER) < HEADER + LOOK + SLACK


def test_a_silent_connection_is_kept(service: Service) -> None:
    """It is a balancer's, which opens connections before it needs them."""
    with closing(Connection(service.port)) as unused, closing(Connection(service.port)) as used:
        unused.http.connect()
        assert used.ask().status == 200
        time.sleep(HEADER + LOOK + SLACK)
        for connection in (unused, used):
            connection.http.auto_open = 0  # no other one in its place
            assert connection.ask().status == 200


@pytest.mark.parametrize("length", [b"Content-Length: 9000\r\n\r\n", b"Transfer-Encoding: chunked\r\n\r\n2000\r\n"])
def test_a_body_has_the_time_of_its_request(own: Bench, length: bytes) -> None:
    service = own.serve(REQUEST_SECONDS="2")
    with socket.create_connection(("127.0.0.1", service.port), timeout=0.2) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n" + length)
        began, answer = time.monotonic(), b""
        with suppress(ConnectionError):
            while time.monotonic() - began < 20:
                connection.sendall(b"x")
                with suppress(TimeoutError):
                    if not (more := connection.recv(65536)):
                        break
                    answer += more
        took = time.monotonic() - began
    assert int(answer.split(b" ", 2)[1]) in status_of("body_too_slow")
    assert 2 - 0.5 < took < 2 + LINGER + LOOK + SLACK


@contextmanager
def reader(service: Service, requests: int = 1) -> Iterator[socket.socket]:
    """Connect with so small a buffer that an answer does not fit into it, nor into the server's kernel; ask."""
    with socket.socket() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)
        connection.settimeout(10)
        connection.connect(("127.0.0.1", service.port))
        connection.sendall(REQUEST * requests)
        yield connection


def open_connections(port: int) -> int:
    """Count the connections of that port that the server has not closed; a closed one may still have unsent bytes."""
    lines = [
        line.split() for table in ("tcp", "tcp6") for line in Path("/proc/net", table).read_text().splitlines()[1:]
    ]
    return sum(int(line[1].rpartition(":")[2], 16) == port and line[3] == ESTABLISHED for line in lines)


def large(bench: Bench) -> None:
    bench.stubs[bench.subject.upstream("critical")["name"]].behave("large")


@needs("critical")
def test_a_client_that_reads_nothing_is_disconnected(own: Bench) -> None:
    large(own)
    service = own.serve(timeout=20, REQUEST_SECONDS="30")
    with reader(service, requests=40) as connection:
        connection.recv(1000)
        took = wait_until(lambda: open_connections(service.port) == 0, 3 * UNREAD, "the connection is closed")
    assert UNREAD - LOOK < took < 2 * UNREAD + LOOK + SLACK


@needs("critical")
@pytest.mark.parametrize("requests", [1, 40])
def test_a_client_that_reads_nothing_does_not_delay_a_stop(own: Bench, requests: int) -> None:
    large(own)
    service = own.serve(timeout=20, REQUEST_SECONDS="30", DRAIN_SECONDS="0.5", SHUTDOWN_SECONDS="40")
    with reader(service, requests) as connection:
        connection.recv(1000)
        at = service.signal()
        assert service.wait(50) == OK
        assert time.monotonic() - at < 0.5 + 2 * UNREAD_AT_STOP + 2 * LOOK + SLACK


@needs("critical")
def test_a_client_that_reads_slowly_is_served(own: Bench) -> None:
    """It may take longer than a request's budget: only a client that reads nothing is disconnected."""
    large(own)
    service = own.serve(timeout=5, REQUEST_SECONDS="5")
    with reader(service) as connection:
        found, began = b"", time.monotonic()
        while (passed := time.monotonic() - began) < UNREAD + 5:
            if len(found) < LITTLE * passed:
                found += connection.recv(2000)
            else:
                time.sleep(0.02)
        while len(found) < LARGE_BYTES:
            found += (more := connection.recv(65536))
            assert more, f"cut off after {len(found)} bytes"
    assert found.startswith(b"HTTP/1.1 200")


@needs("critical")
def test_a_client_that_waits_for_its_answer_is_not_slow(own: Bench) -> None:
    own.stubs[own.subject.upstream("critical")["name"]].behave("delayed", UNREAD + 2)
    service = own.serve(timeout=2 * UNREAD, REQUEST_SECONDS=str(2 * UNREAD))
    with ThreadPoolExecutor() as pool:
        fresh = pool.submit(service.ask, timeout=2 * UNREAD)
        with_body = pool.submit(service.ask, body=b"x" * 1000, timeout=2 * UNREAD)
        assert (fresh.result().status, with_body.result().status) == (200, 200)
