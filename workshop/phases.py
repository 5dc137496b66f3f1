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

from tests.real.conftest import WAITING
from workshop.goldens import ROOT

PYTEST = (sys.executable, "-m", "pytest", "--durations=15", "--durations-min=5")
BY_SIDE = ("-n", os.environ.get("JOBS", "2"), "--dist", "loadgroup")
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
    Phase("tests side by side", (*PYTEST, *BY_SIDE, "-m", "not clock"), 45),
    # What follows watches a clock. What mostly waits disturbs its neighbour less than the slack that the tests give.
    Phase("services as processes", (*PYTEST, *BY_SIDE, *AGAIN, "tests/real/conformance"), 25),
    Phase("breakers and limiters under load", (*PYTEST, *AGAIN, "tests/real/experiments"), 15),
    Phase("containers and cluster", (*PYTEST, *BY_SIDE, *AGAIN, *(f"tests/real/{each}" for each in WAITING)), 50),
)


@dataclass(frozen=True)
class Ended:
    """How a phase went; `code` 0 is well."""

    phase: Phase
    seconds: float
    code: int
    note: str = ""

    def __str__(self) -> str:
        """Return its line of the summary."""
        word = "ok" if self.code == 0 else f"FAILED ({self.note or f'exit code {self.code}'})"
        return f"{self.seconds:8.0f} s  {self.phase.name}: {word}"


def run(phase: Phase, left: float = MINUTES) -> Ended:
    """Run a phase to its end or its limit: then it may still say where it is, and is killed with all that it started.

    `left` is how many minutes remain for it and all that follow.
    """
    minutes = max(1 / 60, min(phase.minutes, left))
    print(f"\n==> {phase.name}", flush=True)
    began = time.monotonic()
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
    code = process.wait()
    return Ended(phase, time.monotonic() - began, code or (1 if note else 0), note)


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
