"""All suites, in phases that can't take for ever and tell their seconds: `./dev test`, and with --ci what .ci/run does.

Whatever is heavy comes first; what watches a clock runs at the end (`clock`; see tests/real/conftest.py). What only
computes runs from the start to the end, with what is left of the cores (`aside`).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from tests.real.conftest import WAITING
from workshop.aside import put_aside
from workshop.goldens import ROOT
from workshop.times import TIMES


def pytest(suite: str, *words: str) -> tuple[str, ...]:
    """Return the command that runs a suite."""
    times = f"--junit-xml={TIMES}/{suite}.xml"
    return (sys.executable, "-m", "pytest", "--durations=15", "--durations-min=5", times, *words)


JOBS = int(os.environ.get("JOBS", "2"))
BY_SIDE = ("-n", str(JOBS), "--dist", "loadgroup")
BY_SIDE_WAITING = ("-n", str(max(5, 2 * JOBS)), "--dist", "loadgroup")
"""For tests that mostly sleep, in time-outs, drains and slow clients: a worker for each language."""
EACH_SUITE = ("-n", str(len(WAITING)), "--dist", "loadgroup")
"""For the suites that stay together: a worker for each."""

UPTIME = Path("/proc/uptime")
AGAIN = ("--reruns", "2", "--reruns-delay", "5", "--rerun-show-tracebacks", "-raR")  # and the summary says why
MINUTES = 85  # for all phases together: the last ones get what is left


@dataclass(frozen=True)
class Phase:
    """A command, and the minutes after which it is ended: about three times what it takes on a fresh machine."""

    name: str
    command: tuple[str, ...]
    minutes: int
    aside: bool = False  # runs while those after it do, with what they leave of the cores


CHECK = Phase("lint, format, types, spelling", (str(ROOT / "dev"), "check"), 5)
INSTALL = Phase("system packages", (str(ROOT / "workshop/install-system"),), 10)
TESTS = (
    Phase("prepare", (sys.executable, "-m", "workshop.prepare"), 30),
    Phase("tests that only compute", pytest("aside", *BY_SIDE, "-m", "aside"), MINUTES, aside=True),
    Phase("tests side by side", pytest("side-by-side", *BY_SIDE, "-m", "not clock and not aside"), 45),
    # What follows watches a clock. What mostly waits disturbs its neighbour less than the slack that the tests give.
    Phase("services as processes", pytest("services", *BY_SIDE_WAITING, *AGAIN, "tests/real/conformance"), 25),
    Phase("breakers and limiters under load", pytest("sidecars", *BY_SIDE, *AGAIN, "tests/real/experiments"), 15),
    Phase(
        "containers and cluster",
        pytest("containers", *EACH_SUITE, *AGAIN, *(f"tests/real/{each}" for each in WAITING)),
        50,
    ),
)


@dataclass(frozen=True)
class Ended:
    """How a phase went; `code` 0 is well."""

    phase: Phase
    seconds: float
    code: int
    note: str = ""
    busy: float | None = None  # the part of all cores' time that was used, by whomever

    def __str__(self) -> str:
        """Return its line of the summary."""
        word = "ok" if self.code == 0 else f"FAILED ({self.note or f'exit code {self.code}'})"
        busy = "" if self.busy is None else f"; {self.busy:.0%} of the CPU"
        return f"{self.seconds:8.0f} s  {self.phase.name}: {word}{busy}"


def idle() -> float | None:
    """Return the seconds that this machine's cores have been idle since its start, all together; None off Linux."""
    if not UPTIME.exists():
        return None
    return float(UPTIME.read_text().split()[1])


@dataclass(frozen=True)
class Running:
    """A phase that runs; `out` is where its output goes, if not to the screen."""

    phase: Phase
    out: IO[str] | None
    process: subprocess.Popen[bytes]
    began: float
    idle_before: float | None

    def ended(self, left: float) -> Ended:
        """Wait for its end, or its limit: then it may still say where it is, and is killed with all that it started.

        `left` is how many minutes remain for it and all that follow.
        """
        minutes = max(1 / 60, min(self.phase.minutes, left))
        note = ""
        try:
            self.process.wait(minutes * 60)
        except subprocess.TimeoutExpired:
            note = f"not done within {minutes:.0f} minutes"
            with suppress(subprocess.TimeoutExpired):
                self.process.send_signal(signal.SIGINT)
                self.process.wait(60)
        finally:
            self.kill()
        code, seconds = self.process.wait(), time.monotonic() - self.began
        if self.out:
            self.out.seek(0)
            print(f"\n==> {self.phase.name}", self.out.read(), sep="\n", flush=True)
        return Ended(self.phase, seconds, code or (1 if note else 0), note, self._busy(seconds))

    def kill(self) -> None:
        """End it with all that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)

    def _busy(self, seconds: float) -> float | None:
        if self.idle_before is None or (now := idle()) is None:
            return None
        return max(0.0, 1 - (now - self.idle_before) / (seconds * (os.cpu_count() or 1)))


def start(phase: Phase, out: IO[str] | None = None) -> Running:
    """Start a phase, aside where it says so."""
    print(f"\n==> {phase.name}{' (shown when it ends)' if out else ''}", flush=True)
    process = subprocess.Popen(
        phase.command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
    )
    if phase.aside:
        put_aside(process.pid)
    return Running(phase, out, process, time.monotonic(), idle())


def run(phases: Sequence[Phase]) -> list[Ended]:
    """Run phases one after another, and those that run aside meanwhile; return how they went, in their order."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it, and all they start
    end = time.monotonic() / 60 + MINUTES
    results: list[Ended | Future[Ended]] = []
    with ExitStack() as stack:
        pool = stack.enter_context(ThreadPoolExecutor())
        for phase in phases:
            left = end - time.monotonic() / 60
            if phase.aside:
                running = start(phase, stack.enter_context(tempfile.TemporaryFile("w+")))
                stack.callback(running.kill)  # where another one is interrupted
                results.append(pool.submit(running.ended, left))
            else:
                results.append(start(phase).ended(left))
        return [each.result() if isinstance(each, Future) else each for each in results]


def main(ci: bool) -> int:
    """Run all phases, whatever becomes of those before, and tell how they went."""
    debian = os.geteuid() == 0 and shutil.which("apt-get")
    phases = [CHECK, *([INSTALL] if debian else [])] if ci else []
    began = time.monotonic()
    ended = run((*phases, *TESTS))
    print("\n==> seconds", *ended, f"{time.monotonic() - began:8.0f} s  in all", sep="\n", flush=True)
    return 1 if any(each.code for each in ended) else 0


if __name__ == "__main__":
    sys.exit(main(ci="--ci" in sys.argv[1:]))
