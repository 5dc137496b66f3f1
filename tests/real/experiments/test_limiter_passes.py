"""What a limiter passes on as it was sent, and which connections it does not keep (P11)."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.conformance.stubs import Stub
from tests.real.experiments.asking import Caller
from tests.real.experiments.limiter import limiting
from tests.real.experiments.sidecar import Sidecar

FIRST_BYTE_SECONDS = 10
UPGRADE = (
    b"GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
SWITCHED = b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"


@pytest.mark.parametrize("trusted", [[], ["10.0.0.0/8"], ["127.0.0.0/8"]], ids=["nobody", "others", "the caller"])
def test_what_proxies_wrote_arrives(limiter: str, upstream: Stub, tmp_path: Path, trusted: list[str]) -> None:
    """The service behind a TLS ingress makes redirects and cookies of it."""
    sent = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "shop.example", "X-Forwarded-Port": "443"}
    with limiting(limiter, upstream, tmp_path, trusted_proxies=trusted) as made:
        headers = {key.replace("-", "_"): value for key, value in sent.items()}
        assert Caller(made.port).ask(X_Forwarded_For="198.51.100.1", **headers).status == 200
    arrived = {key.lower(): value for key, value in upstream.heads[-1].items()}
    assert {key: arrived.get(key.lower()) for key in sent} == sent
    first, *added = arrived["x-forwarded-for"].replace(" ", "").split(",")
    assert first == "198.51.100.1" and len(added) == 1, "the address of the caller is added"
    assert limiter == "envoy" or added == ["127.0.0.1"], (
        "in whose place Envoy writes its own, if it is a loopback address"
    )


def closed_after(port: int, first: bytes = b"") -> float:
    """Return the seconds until a connection that sends no more than this is closed."""
    with socket.create_connection(("127.0.0.1", port), timeout=FIRST_BYTE_SECONDS + 10) as connection:
        began = time.monotonic()
        connection.sendall(first)
        with contextlib.suppress(ConnectionResetError, TimeoutError):
            while connection.recv(4096):
                pass
        return time.monotonic() - began


def test_a_connection_that_says_nothing_is_closed(limiter: str, upstream: Stub, tmp_path: Path) -> None:
    with limiting(limiter, upstream, tmp_path) as made:
        health = int(made.health.rpartition(":")[2])
        asked = {"silent": (made.port, b""), "slow": (made.port, b"GET / HTTP/1.1\r\n"), "silent probe": (health, b"")}
        took: dict[str, float] = {}

        def wait(name: str) -> None:
            took[name] = closed_after(*asked[name])

        threads = [threading.Thread(target=wait, args=(name,)) for name in asked]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
    assert set(took) == set(asked)
    assert all(FIRST_BYTE_SECONDS - 1 < seconds < FIRST_BYTE_SECONDS + 3 for seconds in took.values()), took


@contextlib.contextmanager
def echoing() -> Iterator[int]:
    """Serve one WebSocket, or what the tests take for it: 101, then every byte comes back."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            head = b""
            while b"\r\n\r\n" not in head:
                head += connection.recv(4096)
            connection.sendall(SWITCHED)
            while data := connection.recv(4096):
                connection.sendall(data)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()


def test_a_websocket_passes_and_lasts(limiter: str, upstream: Stub, tmp_path: Path) -> None:
    with echoing() as port:
        upstream.port, original = port, upstream.port
        with limiting(limiter, upstream, tmp_path) as made:
            longest = made.context["request_seconds"]["value"] + 5
            with socket.create_connection(("127.0.0.1", made.port), timeout=5) as connection:
                connection.sendall(UPGRADE)
                head = b""
                while b"\r\n\r\n" not in head:
                    head += connection.recv(4096)
                assert head.startswith(b"HTTP/1.1 101 ")
                began = time.monotonic()
                while time.monotonic() - began < longest + 2:
                    connection.sendall(b"hello")
                    assert connection.recv(5) == b"hello"
                    time.sleep(1)
        upstream.port = original


def test_an_upgrade_that_the_service_does_not_know(limiter: str, upstream: Stub, tmp_path: Path) -> None:
    own = Caller(upstream.port).ask()
    with limiting(limiter, upstream, tmp_path) as made:
        h2c = Caller(made.port).ask(
            Connection="Upgrade, HTTP2-Settings", Upgrade="h2c", HTTP2_Settings="AAMAAABkAAQAAP__"
        )
        websocket = Caller(made.port).ask(Connection="Upgrade", Upgrade="websocket")
    assert (h2c.status, h2c.body) == (200, own.body), "Java's client offers it with each first request"
    if limiter == "nginx":
        assert (websocket.status, websocket.body) == (200, own.body)
    else:
        assert (websocket.status, websocket.json["status"]) == (501, 501), (
            "Envoy hides what is no answer to a handshake"
        )


def curl(made: Sidecar, *words: str) -> str:
    command = [
        "curl",
        "--silent",
        "--show-error",
        "--output",
        "/dev/null",
        "--write-out",
        "%{http_version} %{http_code}",
    ]
    said = subprocess.run(
        [*command, *words, f"http://127.0.0.1:{made.port}/"], capture_output=True, text=True, check=False
    )
    return said.stdout + said.stderr


def test_http_2_reaches_the_service_through_envoy(upstream: Stub, tmp_path: Path) -> None:
    with limiting("envoy", upstream, tmp_path) as made:
        assert curl(made, "--http2-prior-knowledge") == "2 200"
        assert curl(made) == "1.1 200"
        with urllib.request.urlopen(made.health + "/readyz") as answer:
            assert answer.status == 200
