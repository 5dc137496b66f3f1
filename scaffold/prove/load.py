"""Constant-rate load by vegeta: an open model, so that a stall is not hidden by callers that wait.

Vegeta is one static binary that keeps its rate whatever the service does, and reports of each request when it was sent
and how long it took; Python's load tools pace by waiting callers (locust, molotov) and take the CPU that is measured.
It is taken from the PATH, or from an image that has it (`--load-image`).
"""

from __future__ import annotations

import ipaddress
import json
import os
import shutil
import signal
import tempfile
import urllib.parse
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

from scaffold import programs
from scaffold.prove.clock import Clock
from scaffold.prove.model import Series, Skip
from scaffold.prove.runtime import Runtime
from scaffold.prove.times import epoch

MISSING = (
    "needs the load generator vegeta, which is not on the PATH: `brew install vegeta`, or "
    "`go install github.com/tsenart/vegeta/v12@v12.12.0`, or --load-image IMAGE with an image that has it"
)
LAG_LIMIT = 0.25
"""Seconds that a request may leave after its turn; with more, this machine was the bottleneck: nothing was measured."""


@dataclass(frozen=True)
class Shot:
    """One request: when it was sent and how long it took, in seconds; its status (0: none) and error."""

    at: float
    seconds: float
    status: int
    error: str

    @property
    def ok(self) -> bool:
        """Whether it got a good response: 2xx or 3xx."""
        return 200 <= self.status < 400


@dataclass(frozen=True)
class LoadReport:
    """All requests of a load, in the order of sending, and the rate that was wanted."""

    shots: Sequence[Shot]
    rate: float
    began: float  # seconds since the epoch, when the first was sent

    @cached_property
    def failed(self) -> list[Shot]:
        """The requests without a good response."""
        return [shot for shot in self.shots if not shot.ok]

    @cached_property
    def lag(self) -> float:
        """Seconds by which the worst request left after its turn: how far the client itself fell behind.

        The rest of the schedule counts from the first request, so a late start of all is not a lag.
        """
        return max((shot.at - number / self.rate for number, shot in enumerate(self.shots)), default=0.0)

    def quantile(self, share: float) -> float:
        """Return the latency in seconds that this share of the requests did not exceed."""
        ordered = sorted(shot.seconds for shot in self.shots)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0

    def errors(self) -> str:
        """Return what went wrong, each kind once with its count."""
        kinds: dict[str, int] = {}
        for shot in self.failed:
            kind = shot.error or f"status {shot.status}"
            kind = kind.rpartition(": ")[2] if shot.status == 0 else kind
            kinds[kind] = kinds.get(kind, 0) + 1
        return ", ".join(f"{count} x {kind}" for kind, count in sorted(kinds.items(), key=lambda item: -item[1])[:5])

    def series(self) -> list[Series]:
        """Return latency in milliseconds over seconds: the requests that went well, and those that failed."""
        well = [(shot.at, shot.seconds * 1000) for shot in self.shots if shot.ok]
        return [Series("responded", well), Series("failed", [(s.at, s.seconds * 1000) for s in self.failed])]


def require_quick_client(report: LoadReport) -> None:
    """Refuse a load whose client fell behind.

    Raises:
        Skip: since a number that this machine made shows nothing about the service.
    """
    if report.lag > LAG_LIMIT:
        raise Skip(
            f"not measured: the load generator fell {report.lag:.2f} s behind its schedule of {report.rate:g}/s, "
            "so this machine is too busy; run it again, or lower `rate`"
        )


@dataclass(frozen=True)
class Vegeta:
    """How vegeta is called: the words before its own."""

    words: tuple[str, ...]

    def check(self, url: str) -> None:
        """Refuse what may be somebody else's.

        Raises:
            ValueError: when the address is none of this machine or its containers.
        """
        check_target(url)
        address = ipaddress.ip_address(urllib.parse.urlsplit(url).hostname or "")
        if not (address.is_loopback or address.is_private):
            raise ValueError(f"load: {url} is not an address of this machine or its network")

    def interrupt(self, process: programs.Process) -> None:
        """Let an attack that runs end: no more requests, but those that are under way."""
        process.send_signal(signal.SIGINT)

    @contextmanager
    def attack(
        self, url: str, clock: Clock, *, rate: int, seconds: float, timeout: float = 10, in_turn: bool = False
    ) -> Iterator[Attack]:
        """Send requests to `url` at a constant rate over kept-alive connections until `end`, for these seconds at most.

        `in_turn` waits for each response before the next request, which has a connection of its own: no constant rate.

        That bound is the load generator's own: it holds even when this process is killed.

        Raises:
            ValueError: when the address is none of this machine or its containers.
        """
        self.check(url)
        with tempfile.TemporaryDirectory(prefix="scaffold-load-") as folder:
            results = Path(folder) / "results"
            limits = (f"-rate={rate}/s", f"-duration={clock.left(seconds):.1f}s", f"-timeout={timeout:g}s")
            callers = ("-workers=1", "-max-workers=1", "-keepalive=false") if in_turn else ()
            command = [*self.words, "attack", *limits, *callers]
            with results.open("wb") as output:
                # ^C ends the run, which then ends this.
                process = _started(command, output)
            attack = Attack(self, process, results, rate, clock)
            try:
                assert process.stdin
                process.stdin.write(f"GET {url}\n".encode())
                process.stdin.close()
                yield attack
            finally:
                if process.poll() is None:
                    self.interrupt(process)
                    process.kill()
                process.wait()
                if process.stderr:
                    process.stderr.close()


@dataclass
class Attack:
    """A load that runs."""

    vegeta: Vegeta
    process: programs.Process
    results: Path
    rate: int
    clock: Clock

    def end(self) -> None:
        """Send no more requests, but wait for those that are under way."""
        if self.process.poll() is None:
            self.vegeta.interrupt(self.process)

    def report(self) -> LoadReport:
        """End it and return what came of every request.

        Raises:
            Skip: when the load generator itself failed.
        """
        self.end()
        if self.clock.wait_until(lambda: self.process.poll() is not None, self.clock.left()) is None:
            raise Skip("the load generator did not end")
        with self.results.open("rb") as taken:
            command = [*self.vegeta.words, "encode", "-to=json"]
            try:
                done = programs.run(command, stdin=taken, seconds=self.clock.left(60))
            except programs.ProgramError as error:
                raise Skip(f"the load generator {error}") from error
        if done.code != 0:
            said = self.process.stderr.read().decode(errors="replace") if self.process.stderr else ""
            raise Skip(f"the load generator failed: {(said or done.said).strip()[-300:]}")
        return report_of(done.text, self.rate)


def _started(command: Sequence[str], output: IO[bytes]) -> programs.Process:
    try:
        return programs.start(command, stdout=output, stderr=programs.PIPE, own_session=True)
    except programs.ProgramError as error:
        raise Skip(f"the load generator {error}") from error


def check_target(url: str) -> None:
    """Refuse an address that vegeta would read as more: a second target, or a file of this machine to send (`@FILE`).

    Raises:
        ValueError: when it contains blanks or control characters.
    """
    if not url.isprintable() or any(letter.isspace() for letter in url):
        raise ValueError(f"load: {url!r} is not an address; it contains blanks or control characters")


def report_of(lines: str, rate: float) -> LoadReport:
    """Read what `vegeta encode -to=json` prints, one request a line; latencies there are nanoseconds."""
    found = sorted(map(json.loads, lines.splitlines()), key=lambda each: each["seq"])
    if not found:
        return LoadReport((), rate, 0.0)
    times = [epoch(each["timestamp"]) for each in found]
    shots = [
        Shot(when - times[0], each["latency"] / 1e9, each["code"], each["error"])
        for when, each in zip(times, found, strict=True)
    ]
    return LoadReport(shots, rate, times[0])


def find_vegeta(runtime: Runtime | None = None, image: str | None = None) -> Vegeta | None:
    """Return vegeta from the image if one is named, otherwise from the PATH; None where it is nowhere."""
    if image and runtime:
        options = ("run", "--rm", "--interactive", "--network=host", *runtime.labels("load"), "--entrypoint=vegeta")
        return Vegeta((runtime.program, *options, runtime.named(image)))
    program = os.environ.get("SCAFFOLD_VEGETA") or shutil.which("vegeta")
    return Vegeta((program,)) if program else None
