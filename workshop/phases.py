"""All suites, in phases that can't take for ever and tell their seconds: `./dev test`, and with --ci what .ci/run does.

Whatever is heavy comes first; what watches a clock runs at the end (`clock`; see tests/conftest.py).
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.real.conftest import WAITING
from workshop.goldens import ROOT
from workshop.machine import CACHE

TIMES = CACHE / "times"
"""Where each suite leaves how long each of its tests took, as JUnit's XML: what to look at when a run is slow."""


def pytest(suite: str, *words: str) -> tuple[str, ...]:
    """Return the command that runs a suite."""
    times = f"--junit-xml={TIMES}/{suite}.xml"
    return (sys.executable, "-m", "pytest", "--durations=15", "--durations-min=5", times, *words)


JOBS = int(os.environ.get("JOBS", "2"))
BY_SIDE = ("-n", str(JOBS), "--dist", "loadgroup")
BY_SIDE_WAITING = ("-n", str(max(5, 2 * JOBS)), "--dist", "loadgroup")
"""For tests that mostly sleep, in time-outs, drains and slow clients: a worker for each language."""

UPTIME = Path("/proc/uptime")
AGAIN = ("--reruns", "2", "--reruns-delay", "5", "--rerun-show-tracebacks", "-raR")  # and the summary says why
MINUTES = 85  # for all phases together: the last ones get what is left


@dataclass(frozen=True)
class Phase:
    """A command, and the minutes after which it is ended: about three times what it takes on a fresh machine."""

    name: str
    command: tuple[str, ...]
    minutes: int


CHECK = Phase("lint, format, types, spelling", (str(ROOT / "dev"), "check"), 5)
INSTALL = Phase("system packages", (str(ROOT / "workshop/install-system"),), 10)
TESTS = (
    Phase("prepare", (sys.executable, "-m", "workshop.prepare"), 30),
    Phase("tests side by side", pytest("side-by-side", *BY_SIDE, "-m", "not clock"), 45),
    # What follows watches a clock. What mostly waits disturbs its neighbour less than the slack that the tests give.
    Phase("services as processes", pytest("services", *BY_SIDE_WAITING, *AGAIN, "tests/real/conformance"), 25),
    Phase("breakers and limiters under load", pytest("sidecars", *BY_SIDE, *AGAIN, "tests/real/experiments"), 15),
    Phase(
        "containers and cluster",
        pytest("containers", *BY_SIDE, *AGAIN, *(f"tests/real/{each}" for each in WAITING)),
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


def run(phase: Phase, left: float = MINUTES) -> Ended:
    """Run a phase to its end or its limit: then it may still say where it is, and is killed with all that it started.

    `left` is how many minutes remain for it and all that follow.
    """
    minutes = max(1 / 60, min(phase.minutes, left))
    print(f"\n==> {phase.name}", flush=True)
    began, idle_before = time.monotonic(), idle()
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs ignore it, and all they start
    process = subprocess.Popen(phase.command, cwd=ROOT, stdin=subprocess.DEVNULL, start_new_session=True)
    note = ""
    try:
        process.wait(minutes * 60)
    except subprocess.TimeoutExpired:
        note = f"not done within {minutes:.0f} minutes"
        with suppress(subprocess.TimeoutExpired):
            process.send_signal(signal.SIGINT)
            process.wait(60)
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    code, seconds, idle_after = process.wait(), time.monotonic() - began, idle()
    busy = None
    if idle_before is not None and idle_after is not None:
        busy = max(0.0, 1 - (idle_after - idle_before) / (seconds * (os.cpu_count() or 1)))
    return Ended(phase, seconds, code or (1 if note else 0), note, busy)


def main(ci: bool) -> int:
    """Run all phases, whatever becomes of those before, and tell how they went."""
    debian = os.geteuid() == 0 and shutil.which("apt-get")
    phases = [CHECK, *([INSTALL] if debian else [])] if ci else []
    began = time.monotonic()
    ended = [run(phase, MINUTES - (time.monotonic() - began) / 60) for phase in (*phases, *TESTS)]
    print("\n==> seconds", *ended, f"{sum(each.seconds for each in ended):8.0f} s  in all", sep="\n", flush=True)
    return 1 if any(each.code for each in ended) else 0


if __name__ == "__main__":
    sys.exit(main(ci="--ci" in sys.argv[1:]))
