"""The program as Kubernetes runs it: a process with an environment, signals and an exit code."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest

from app.config import Settings

# Long enough for a slow machine. A test that closes its connections does not wait for it.
LIMITS = {"SHUTDOWN_SECONDS": "30", "DRAIN_SECONDS": "10", "REQUEST_SECONDS": "20"}


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for sock in sockets:
        sock.bind(("127.0.0.1", 0))
    ports = [int(sock.getsockname()[1]) for sock in sockets]
    for sock in sockets:
        sock.close()
    return ports


class Service:
    """The process, and where it listens."""

    def __init__(self, *arguments: str, **environment: str) -> None:
        names = [f"PORT_{name.upper().replace('-', '_')}" for name in Settings().ports]
        self.admin, *ports = free_ports(1 + len(names))
        self.ports = ports
        given = {name: str(port) for name, port in zip(names, ports, strict=True)}
        given |= {"ADMIN_PORT": str(self.admin), "PYTHONPATH": "src", **LIMITS}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "app", *(arguments or ["serve"])],
            env={**os.environ, **given, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def probe(self, name: str) -> int:
        try:
            return httpx2.get(f"http://127.0.0.1:{self.admin}/{name}").status_code
        except httpx2.TransportError:
            return 0

    def wait_for(self, probe: str, status: int) -> None:
        deadline = time.monotonic() + 20
        while self.probe(probe) != status:
            assert self.process.poll() is None, self.process.communicate()
            assert time.monotonic() < deadline, f"/{probe} never responded {status}"
            time.sleep(0.02)

    def end(self) -> tuple[int, list[dict[str, Any]]]:
        """The exit code and the log. Output on stderr fails the test."""
        out, err = self.process.communicate(timeout=20)
        assert err == ""
        return self.process.returncode, [json.loads(line) for line in out.splitlines()]


@contextmanager
def running(*arguments: str, **environment: str) -> Iterator[Service]:
    service = Service(*arguments, **environment)
    try:
        yield service
    finally:
        service.process.kill()
        service.process.communicate()


def test_every_port_serves_and_a_stop_drains() -> None:
    with running() as service:
        service.wait_for("readyz", 200)
        for port in service.ports:
            assert httpx2.get(f"http://127.0.0.1:{port}/nowhere").status_code == 404

        kept = socket.create_connection(("127.0.0.1", service.ports[0]))
        kept.sendall(b"POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nx")
        time.sleep(0.1)
        service.process.send_signal(signal.SIGTERM)
        service.wait_for("readyz", 503)
        assert service.probe("livez") == 200

        # Requests during the drain get a response, and so do requests in flight.
        late = httpx2.get(f"http://127.0.0.1:{service.ports[0]}/nowhere")
        assert (late.status_code, late.headers["connection"]) == (404, "close")
        kept.sendall(b"x")
        response = kept.recv(4096)
        assert b" 404 " in response
        assert b"connection: close" in response
        kept.close()

        code, lines = service.end()
    assert code == 0
    messages = [line["message"] for line in lines if line["message"] != "request"]
    assert messages == ["started", "draining", "stopped"]


def test_a_stop_during_the_start_is_at_once() -> None:
    with running(STARTUP_DELAY_SECONDS="600") as service:
        service.wait_for("livez", 200)
        assert service.probe("startupz") == 503
        began = time.monotonic()
        service.process.send_signal(signal.SIGTERM)
        code, lines = service.end()
    assert code == 0
    assert time.monotonic() - began < 60
    assert [line["message"] for line in lines] == ["draining", "stopped"]


def test_a_second_signal_ends_at_once() -> None:
    with running() as service:
        service.wait_for("readyz", 200)
        kept = socket.create_connection(("127.0.0.1", service.ports[0]))
        service.process.send_signal(signal.SIGTERM)
        service.wait_for("readyz", 503)
        service.process.send_signal(signal.SIGINT)
        code, _ = service.end()
        kept.close()
    assert code == 143


def test_a_request_that_never_ends_is_cut_off() -> None:
    limits = {"SHUTDOWN_SECONDS": "1", "DRAIN_SECONDS": "0.1", "REQUEST_SECONDS": "60"}
    with running(**limits) as service:
        service.wait_for("readyz", 200)
        endless = socket.create_connection(("127.0.0.1", service.ports[0]))
        endless.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nx")
        time.sleep(0.1)
        service.process.send_signal(signal.SIGTERM)
        code, lines = service.end()
        endless.close()
    assert code == 1
    assert lines[-1]["message"] == "shutdown took too long"


def test_a_wrong_environment_is_refused() -> None:
    with running(LOG_LEVEL="loud", ADMIN_PORT="seven") as service:
        code, [line] = service.end()
    assert code == 78
    assert (line["level"], line["message"]) == ("error", "configuration refused")
    assert [error.split()[0] for error in line["errors"]] == ["LOG_LEVEL", "ADMIN_PORT"]


def test_an_unknown_command_names_the_known_ones() -> None:
    with running("frobnicate") as service:
        code, [line] = service.end()
    assert code == 2
    assert "serve" in line["known"]


@pytest.mark.parametrize("which", ["ADMIN_PORT", "the first port"])
def test_a_port_in_use_is_refused(which: str) -> None:
    name = next(iter(Settings().ports)).upper().replace("-", "_")
    variable = which if which == "ADMIN_PORT" else f"PORT_{name}"
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        with running(**{variable: port}) as service:
            code, [line] = service.end()
    assert code == 1
    assert line["message"] == "port unavailable"
    assert port in line["error"]
