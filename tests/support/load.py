"""Constant-rate load by vegeta over kept-alive connections, only ever against this machine's loopback addresses."""

from __future__ import annotations

import ipaddress
import json
import os
import signal
import subprocess
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from workshop.go_tools import missing as missing
from workshop.go_tools import program


@dataclass(frozen=True)
class Report:
    """What came of a load: how many requests ended well and how many did not, why, and the latencies in seconds."""

    ok: int
    failed: int
    codes: dict[str, int]
    errors: tuple[str, ...]
    p50: float
    p99: float
    longest: float

    def __str__(self) -> str:
        return (
            f"{self.ok} ok, {self.failed} failed {self.codes} {list(self.errors)}; "
            f"p50 {self.p50 * 1000:.1f} ms, p99 {self.p99 * 1000:.1f} ms, longest {self.longest * 1000:.0f} ms"
        )


class Load:
    """A load that runs; `report` ends it if need be and tells what came of it."""

    def __init__(self, process: subprocess.Popen[bytes], results: Path) -> None:
        """Take a running vegeta and the file that it writes."""
        self.process = process
        self.results = results

    def end(self) -> None:
        """Send no more requests, but wait for those that are under way."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)

    def report(self, patience: float = 60) -> Report:
        """Return the counts once the last request has ended."""
        self.process.wait(patience)
        command = [program("vegeta"), "report", "-type=json", self.results]
        told = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        ok = sum(count for code, count in told["status_codes"].items() if code.startswith(("2", "3")))
        billion = 1_000_000_000
        return Report(
            ok=ok,
            failed=told["requests"] - ok,
            codes=told["status_codes"],
            errors=tuple(told["errors"] or ()),
            p50=told["latencies"]["50th"] / billion,
            p99=told["latencies"]["99th"] / billion,
            longest=told["latencies"]["max"] / billion,
        )


@contextmanager
def load(url: str, folder: Path, *, rate: int = 100, seconds: float = 30, timeout: float = 10) -> Iterator[Load]:
    """Ask `url` at a constant rate for at most so many seconds; the load ends with the block at the latest."""
    host = urllib.parse.urlsplit(url).hostname or ""
    if not ipaddress.ip_address(host).is_loopback:
        raise ValueError(f"load: {url} is not a loopback address")
    results = folder / f"load-{os.urandom(4).hex()}.bin"
    command = [
        program("vegeta"),
        "attack",
        f"-rate={rate}/s",
        f"-duration={seconds}s",
        f"-timeout={timeout}s",
        "-keepalive=true",
    ]
    process = subprocess.Popen([*command, f"-output={results}"], stdin=subprocess.PIPE)
    try:
        assert process.stdin
        process.stdin.write(f"GET {url}\n".encode())
        process.stdin.close()
        yield Load(process, results)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
