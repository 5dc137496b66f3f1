"""A generated service as a process: started on free ports, asked over HTTP, told to stop, its logs read."""

from __future__ import annotations

import http.client
import json
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffold.prove.ports import free_ports
from tests.real.conformance.contract import CANARY, CONTRACT, Entry, entries
from tests.real.conformance.stubs import Stub
from tests.real.conformance.subjects import Subject

SLACK = 2.5  # seconds that a busy machine may take more than the contract says


@dataclass(frozen=True)
class Answer:
    """What came back, and how long it took."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    seconds: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def closing(self) -> bool:
        return (self.headers.get("Connection") or "").lower() == "close"


class Connection:
    """One connection, kept alive as long as the server likes."""

    def __init__(self, port: int, timeout: float = 30) -> None:
        """Connect at the first request."""
        self.http = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)

    def ask(
        self,
        path: str = "/",
        method: str = "GET",
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | Iterator[bytes] | None = None,
    ) -> Answer:
        """Send a request and read its answer; a server that answers early and hangs up is heard all the same."""
        began = time.monotonic()
        chunked = body is not None and not isinstance(body, bytes)
        with suppress(BrokenPipeError, ConnectionResetError):
            self.http.request(method, path, body, dict(headers or {}), encode_chunked=chunked)
        answer = self.http.getresponse()
        return Answer(answer.status, answer.headers, answer.read(), time.monotonic() - began)

    def closed_by_server(self, patience: float = 2) -> bool:
        """Tell whether the server hangs up within that time."""
        if self.http.sock is None:  # http.client closes it itself when the answer says so
            return True
        self.http.sock.settimeout(patience)
        try:
            return self.http.sock.recv(1) == b""
        except ConnectionResetError:
            return True
        except TimeoutError:
            return False

    def close(self) -> None:
        self.http.close()


def ask(port: int, path: str = "/", method: str = "GET", *, timeout: float = 30, **rest: Any) -> Answer:
    """Ask once, over a connection of its own."""
    connection = Connection(port, timeout)
    try:
        return connection.ask(path, method, **rest)
    finally:
        connection.close()


def connects(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=2).close()
    except OSError:
        return False
    return True


def wait_until(what: Callable[[], bool], patience: float = 20, message: str = "") -> float:
    """Wait for something to hold; return the seconds it took."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < patience, f"not within {patience} s: {message or what}"
        time.sleep(0.02)
    return time.monotonic() - began


class Service:
    """A process of a service, whether it serves or works off a job."""

    def __init__(
        self, subject: Subject, words: list[str], folder: Path, ports: Mapping[str, int], env: Mapping[str, str]
    ) -> None:
        """Start it; `ports` maps port variables to numbers."""
        self.subject, self.ports = subject, dict(ports)
        self.stdout, self.stderr = folder / "stdout", folder / "stderr"
        numbers = {variable: str(number) for variable, number in ports.items()}
        self.began = time.monotonic()
        with self.stdout.open("wb") as out, self.stderr.open("wb") as err:
            self.process = subprocess.Popen(
                [*subject.command, *words],
                cwd=folder,
                env=subject.env | numbers | dict(env),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )

    @property
    def port(self) -> int:
        """The port that serves traffic."""
        return self.ports[port_variable(self.subject.answers["ports"][0])]

    @property
    def admin(self) -> int:
        return self.ports["ADMIN_PORT"]

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    def ask(self, path: str = "/", method: str = "GET", **rest: Any) -> Answer:
        return ask(self.port, path, method, **rest)

    def probe(self, path: str) -> int:
        """Return a probe's status, or 0 where nobody answers."""
        try:
            return ask(self.admin, path, timeout=5).status
        except (OSError, http.client.HTTPException):
            return 0

    def wait_ready(self, patience: float = 60) -> float:
        """Wait until it is ready; return the seconds since its start."""
        wait_until(lambda: self.probe("/readyz") == 200 or not self.running, patience, "ready")
        assert self.running, f"it ended with {self.code}: {self.output()}"
        return time.monotonic() - self.began

    def signal(self, number: int = signal.SIGTERM) -> float:
        """Send it a signal; return when."""
        now = time.monotonic()
        self.process.send_signal(number)
        return now

    def wait(self, patience: float = 30) -> int:
        """Wait for its end and return its exit code."""
        self.process.wait(patience)
        return self.code

    @property
    def code(self) -> int:
        """Its exit code as a shell sees it: 143 is a death by SIGTERM, too."""
        code = self.process.poll()
        assert code is not None, "it still runs"
        return code if code >= 0 else 128 - code

    def output(self) -> str:
        return self.stdout.read_text() + self.stderr.read_text()

    def logs(self, message: str | None = None) -> list[Entry]:
        """Return the log lines so far, or those with that message."""
        text = self.stdout.read_text()
        whole = text[: text.rfind("\n") + 1]  # a running service may be in the middle of one
        return [entry for entry in entries(whole) if message in (None, entry["message"])]

    def log_of(self, request_id: str) -> list[Entry]:
        """Return the log lines of a request; its last one may be written after the answer."""
        found: list[Entry] = []

        def written() -> bool:
            found[:] = [entry for entry in self.logs() if entry.get("request_id") == request_id]
            return any(entry["message"] == "request" for entry in found)

        wait_until(written, 5, f"a log line of request {request_id}")
        return found

    def check_output(self) -> None:
        """Hold everything that it wrote to the contract."""
        entries(self.stdout.read_text())
        assert CANARY not in self.output(), "a secret is shown"
        assert self.stderr.read_text() == "", f"on stderr: {self.stderr.read_text()[:2000]}"

    def kill(self) -> None:
        if self.running:
            self.process.kill()
        self.process.wait()


def port_variable(port: Mapping[str, Any]) -> str:
    return "PORT_" + port["name"].upper().replace("-", "_")


class Bench:
    """A subject with a stub for each of its dependencies: starts services that ask them."""

    def __init__(self, subject: Subject, folder: Path) -> None:
        """Open the stubs."""
        self.subject, self.folder = subject, folder
        self.stubs = {each["name"]: Stub(each["name"]) for each in subject.answers["upstreams"]}
        self.started: list[Service] = []
        self.secret = folder / "secret"
        self.secret.write_text(f"{CANARY}\n")

    def settings(self, timeout: float = 5, secret: str = "") -> dict[str, str]:
        """Return the environment that leads to the stubs, with one timeout; a secret is the canary, or in that file."""
        env = self.subject.secrets(CANARY, secret or str(self.secret))
        for each in self.subject.answers["upstreams"]:
            address = f"127.0.0.1:{self.stubs[each['name']].port}"
            env[f"{each['variable']}_URL"] = address if each["scheme"] == "tcp" else f"http://{address}/{each['name']}"
            env[f"{each['variable']}_TIMEOUT_SECONDS"] = str(timeout)
        return env

    def run(self, *words: str, timeout: float = 5, **env: str) -> Service:
        """Start the program with these words and settings; it is not waited for."""
        names = [*map(port_variable, self.subject.answers["ports"]), "ADMIN_PORT"]
        ports = dict(zip(names, free_ports(len(names)), strict=True))
        ports |= {name: int(env.pop(name)) for name in names if env.get(name, "").isdecimal()}
        folder = self.folder / f"{len(self.started):02}-{words[0] if words else 'default'}"
        folder.mkdir()
        service = Service(self.subject, list(words), folder, ports, self.settings(timeout) | env)
        self.started.append(service)
        return service

    def serve(self, timeout: float = 5, **env: str) -> Service:
        """Start it and wait until it is ready."""
        service = self.run("serve", timeout=timeout, **env)
        service.wait_ready()
        return service

    def reset(self) -> None:
        for stub in self.stubs.values():
            stub.reset()

    def close(self) -> None:
        for stub in self.stubs.values():
            stub.stop()
        for service in self.started:
            service.kill()


@contextmanager
def bench(subject: Subject, folder: Path) -> Iterator[Bench]:
    """Open a bench; at its end nothing of it runs, and every line that was logged keeps the contract."""
    made = Bench(subject, folder)
    try:
        yield made
    finally:
        made.close()
    for service in made.started:
        service.check_output()


PROBES = CONTRACT["probes"]
