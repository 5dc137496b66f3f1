"""SIGTERM costs no request: readiness goes first, connections are told to close, requests in flight are finished."""

from __future__ import annotations

import itertools
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.real.conformance.asking import Asking
from tests.real.conformance.contract import CONTRACT, FAILED, OK, QUIET, TERMINATED, differs
from tests.real.conformance.service import PROBES, SLACK, Bench, Connection, Service, ask, connects, wait_until
from tests.real.conformance.stubs import LARGE_BYTES
from tests.real.conformance.subjects import needs
from tests.support import load

STATUS = CONTRACT["probe_body"]
RATE = 30  # requests a second; each asks every dependency
PASSERS = 8  # clients a second: far more often than a drain's end waits for one, far less than a look every 20 ms meets


@contextmanager
def held(service: Service) -> Iterator[Connection]:
    """Keep a connection open that has been answered once: a drain waits for it."""
    connection = Connection(service.port)
    try:
        assert connection.ask("/").status == 200
        yield connection
    finally:
        connection.close()


def asking(service: Service, stub_asked: list[str]) -> Asking:
    """Ask, and wait until the request is at the dependency."""
    before = len(stub_asked)
    request = Asking(service)
    wait_until(lambda: len(stub_asked) > before, 10, "the request reaches the dependency")
    return request


@pytest.mark.skipif(load.missing() is not None, reason=load.missing() or "")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_under_load_costs_no_request(own: Bench, tmp_path: Path, number: int) -> None:
    """The load plays the balancer: it goes on for a while after readiness is false, over kept-alive connections."""
    service = own.serve(timeout=20, REQUEST_SECONDS="10", DRAIN_SECONDS="3", SHUTDOWN_SECONDS="15")
    with held(service), load.load(f"http://127.0.0.1:{service.port}/", tmp_path, rate=RATE, seconds=60) as running:
        time.sleep(3)
        at = service.signal(number)
        wait_until(lambda: service.probe("/readyz") == PROBES["/readyz"]["draining"], SLACK, "readiness is false")
        time.sleep(1)
        running.end()
        report = running.report()
    assert report.ok > 3 * RATE, report
    assert report.failed == 0, report
    assert service.wait() == OK
    assert time.monotonic() - at < 15 + SLACK
    events = [line["message"] for line in service.logs() if line["message"] in CONTRACT["logs"]["events"]]
    assert events.index("draining") < events.index("stopped")
    assert events[-1] == "stopped"
    assert len(service.logs("draining")) == 1


class Client(threading.Thread):
    """A client that asks over one kept-alive connection until it is told to close; it never tries again."""

    def __init__(self, service: Service) -> None:
        """Start asking."""
        super().__init__(daemon=True)
        self.connection, self.answered = Connection(service.port), 0
        self.error: Exception | None = None
        self.start()

    def run(self) -> None:
        try:
            closing = False
            while not closing:
                answer = self.connection.ask("/")
                assert answer.status == 200
                self.answered, closing = self.answered + 1, answer.closing
                time.sleep(0.05)
        except Exception as error:
            self.error = error
        finally:
            self.connection.close()


def test_kept_alive_clients_lose_nothing(own: Bench) -> None:
    """A load generator asks again where a kept-alive connection broke; many clients do not."""
    service = own.serve(timeout=20, REQUEST_SECONDS="10", DRAIN_SECONDS="4", SHUTDOWN_SECONDS="15")
    clients = [Client(service) for _ in range(5)]
    wait_until(lambda: all(client.answered > 5 for client in clients), 20, "every client is served")
    service.signal()
    assert service.wait() == OK
    for client in clients:
        client.join(5)
    assert [client.error for client in clients if client.error] == []
    assert not any(client.is_alive() for client in clients)


class Passers(threading.Thread):
    """Clients that come at a constant rate, each with a connection of its own for one short request, and never again."""

    def __init__(self, service: Service) -> None:
        """Start coming."""
        super().__init__(daemon=True)
        self.service, self.ended = service, threading.Event()
        self.answered, self.lost = 0, list[Exception]()
        self.start()

    def run(self) -> None:
        began = time.monotonic()
        for count in itertools.count(1):
            try:
                assert self.service.ask("/no/such/route", timeout=5).status == 404
                self.answered += 1
            except Exception as error:
                self.lost.append(error)
            if self.ended.wait(max(0, began + count / PASSERS - time.monotonic())):
                return


def test_clients_that_connect_anew_lose_nothing(own: Bench) -> None:
    """Nearly always no connection is open, but clients come: the drain lasts as long as they do, and ends early after."""
    service = own.serve(DRAIN_SECONDS="20", SHUTDOWN_SECONDS="30")
    passers = Passers(service)
    wait_until(lambda: passers.answered > 3, 20, "clients are served")
    service.signal()
    time.sleep(5 * QUIET)
    passers.ended.set()
    passers.join(10)
    at = time.monotonic()
    assert passers.lost == []
    assert passers.answered > 5 * QUIET * PASSERS / 2
    assert service.wait() == OK
    assert time.monotonic() - at < QUIET + SLACK


def test_without_connections_the_drain_ends_early(own: Bench) -> None:
    service = own.serve(DRAIN_SECONDS="10", SHUTDOWN_SECONDS="20")
    at = service.signal()
    assert service.wait() == OK
    assert QUIET <= time.monotonic() - at < QUIET + SLACK


def test_the_drain_ends_even_with_a_connection_open(own: Bench) -> None:
    service = own.serve(DRAIN_SECONDS="2", SHUTDOWN_SECONDS="20")
    with held(service):
        at = service.signal()
        assert service.wait() == OK
        assert 2 <= time.monotonic() - at < 2 + SLACK


def test_while_draining_it_serves_and_tells_clients_to_close(own: Bench) -> None:
    service = own.serve(DRAIN_SECONDS="4", SHUTDOWN_SECONDS="20")
    with held(service), held(service) as kept:
        service.signal()
        wait_until(lambda: service.probe("/readyz") == PROBES["/readyz"]["draining"], SLACK, "readiness is false")
        answer = kept.ask("/")
        assert (answer.status, answer.closing) == (200, True)
        assert kept.closed_by_server()
        fresh = service.ask("/")
        assert (fresh.status, fresh.closing) == (200, True)
        assert service.ask("/no/such/route").closing
        for path, rule in PROBES.items():
            assert service.probe(path) == rule["draining"], path
        assert ask(service.admin, "/readyz").json == {STATUS["field"]: STATUS["draining"]}
        assert ask(service.admin, CONTRACT["metrics"]["path"]).status == 200
    assert service.wait() == OK


@needs("critical")
def test_a_request_in_flight_is_finished(own: Bench) -> None:
    stub = own.stubs[own.subject.upstream("critical")["name"]]
    stub.behave("delayed", 5)
    service = own.serve(timeout=10, DRAIN_SECONDS="1", SHUTDOWN_SECONDS="20", REQUEST_SECONDS="15")
    request = asking(service, stub.asked)
    at = service.signal()
    wait_until(lambda: not connects(service.port), 1 + SLACK, "the port closes after the drain")
    assert time.monotonic() - at >= QUIET
    assert service.probe("/livez") == 200, "the admin port closes too early"
    assert service.wait() == OK
    request.join(5)
    assert request.answer, request.error
    assert request.answer.status == 200
    assert time.monotonic() - at < 5 + SLACK


@needs("critical")
def test_a_slow_reader_gets_its_whole_answer(own: Bench) -> None:
    """An answer is in flight until its last byte is out."""
    own.stubs[own.subject.upstream("critical")["name"]].behave("large")
    service = own.serve(timeout=10, DRAIN_SECONDS="0.5", SHUTDOWN_SECONDS="30", REQUEST_SECONDS="15")
    with socket.socket() as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, 536)  # or the kernel takes the whole answer at once
        reader.settimeout(10)
        reader.connect(("127.0.0.1", service.port))
        reader.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        found = reader.recv(1000)
        service.signal()
        wait_until(lambda: not connects(service.port), 5 + SLACK, "the port closes")
        for _ in range(20):  # as long as nobody waits for a client that does nothing
            found += reader.recv(2000)
            time.sleep(0.15)
        while more := reader.recv(65536):
            found += more
    head, _, body = found.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    assert len(body) > LARGE_BYTES and body.rstrip().endswith(b"}" if b"chunked" not in head.lower() else b"0")
    assert service.wait() == OK


@needs("critical")
def test_a_stop_never_takes_longer_than_it_may(own: Bench) -> None:
    stub = own.stubs[own.subject.upstream("critical")["name"]]
    stub.behave("slow")
    service = own.serve(timeout=30, DRAIN_SECONDS="0.5", SHUTDOWN_SECONDS="3", REQUEST_SECONDS="30")
    asking(service, stub.asked)
    at = service.signal()
    assert service.wait() == FAILED
    assert 2.5 <= time.monotonic() - at < 3 + SLACK
    assert service.logs()[-1]["level"] in ("error", "warn"), service.logs()[-1]
    assert not service.logs("stopped")


@needs("critical")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_it_at_once(own: Bench, number: int) -> None:
    stub = own.stubs[own.subject.upstream("critical")["name"]]
    stub.behave("slow")
    service = own.serve(timeout=30, DRAIN_SECONDS="10", SHUTDOWN_SECONDS="30", REQUEST_SECONDS="30")
    asking(service, stub.asked)
    service.signal(number)
    wait_until(lambda: service.probe("/readyz") == PROBES["/readyz"]["draining"], SLACK, "readiness is false")
    at = service.signal(number)
    if differs(own.subject.language, "second_signal"):
        time.sleep(SLACK)
        assert service.running, "it does not differ any longer"
        return
    assert service.wait() == TERMINATED
    assert time.monotonic() - at < SLACK


def test_requests_that_never_come_do_not_hold_a_stop_up(own: Bench) -> None:
    """A connection with half a request is nobody's request."""
    service = own.serve(DRAIN_SECONDS="1", SHUTDOWN_SECONDS="8")
    connection = Connection(service.port)
    connection.http.connect()
    connection.http.sock.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Half: ")
    try:
        at = service.signal()
        assert service.wait() == OK
        assert time.monotonic() - at < 8
    finally:
        connection.close()
