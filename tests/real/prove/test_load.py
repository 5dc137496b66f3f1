"""The load keeps its rate whatever the service does, and the client is not what is measured."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from scaffold.prove.clock import Clock
from scaffold.prove.load import LAG_LIMIT, Vegeta, require_quick_client
from scaffold.prove.ports import free_ports
from scaffold.prove.subject.subject import Subject
from tests.support import nginx
from workshop.go_tools import missing, program

CONFIG = """\
daemon off; worker_processes 1; pid FOLDER/pid; error_log FOLDER/log;
events { worker_connections 512; }
http {
    access_log off; client_body_temp_path FOLDER/a; proxy_temp_path FOLDER/b; fastcgi_temp_path FOLDER/c;
    uwsgi_temp_path FOLDER/d; scgi_temp_path FOLDER/e;
    server { listen 127.0.0.1:PORT; location / { return 200 "ok"; } }
}
"""


@pytest.fixture
def vegeta() -> Vegeta:
    if reason := missing():
        pytest.skip(reason)
    return Vegeta((str(program("vegeta")),))


@contextmanager
def trivial(folder: Path) -> Iterator[int]:
    """Serve the same two bytes to everybody, as quickly as a server can."""
    (port,) = free_ports(1)
    (folder / "nginx.conf").write_text(CONFIG.replace("FOLDER", str(folder)).replace("PORT", str(port)))
    env = {"PATH": nginx.path_with(folder)}
    process = subprocess.Popen(["nginx", "-c", folder / "nginx.conf", "-p", folder], env=env)
    try:
        began = time.monotonic()
        while time.monotonic() - began < 10:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(10)


def test_the_client_can_do_ten_times_what_is_asked_of_it(vegeta: Vegeta, tmp_path: Path) -> None:
    rate = 10 * Subject.rate
    clock = Clock(60)
    with trivial(tmp_path) as port, vegeta.attack(f"http://127.0.0.1:{port}/", clock, rate=rate, seconds=20) as attack:
        clock.sleep(4)
        report = attack.report()
    require_quick_client(report)
    assert report.failed == []
    assert len(report.shots) > 3 * rate
    assert report.lag < LAG_LIMIT / 2
    assert report.quantile(0.5) < 0.005


def test_a_stall_is_not_hidden_by_callers_that_wait(vegeta: Vegeta) -> None:
    """A server that takes connections and never answers is asked as often as one that does."""
    clock = Clock(60)
    with socket.create_server(("127.0.0.1", 0), backlog=512) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        with vegeta.attack(url, clock, rate=50, seconds=20, timeout=1) as attack:
            clock.sleep(3)
            report = attack.report()
    assert len(report.failed) == len(report.shots) >= 140
    assert all(shot.seconds >= 0.99 for shot in report.shots)
    assert "x " in report.errors()


def test_a_load_ends_by_itself(vegeta: Vegeta, tmp_path: Path) -> None:
    """Even when nobody ends it, as after the death of the command that started it."""
    clock = Clock(60)
    with trivial(tmp_path) as port, vegeta.attack(f"http://127.0.0.1:{port}/", clock, rate=20, seconds=1) as attack:
        assert clock.wait_until(lambda: attack.process.poll() is not None, 10) is not None
        assert 15 <= len(attack.report().shots) <= 21
