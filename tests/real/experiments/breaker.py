"""A breaker in front of one dependency, and calls until it is open."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.real.conformance.stubs import Stub
from tests.real.experiments.asking import Answer, Caller
from tests.real.experiments.sidecar import Sidecar, sidecar

TIMEOUT = 0.5  # the answered one, in seconds
TRIPS_AFTER = 3  # calls
OPEN_SECONDS = 5


def answers(breaker: str, upstream: Stub, kind: str = "auxiliary") -> dict[str, Any]:
    url = f"http://127.0.0.1:{upstream.port}"
    return {
        "name": "frontend",
        "breaker": breaker,
        "dependencies": [{"name": "weather", "url": url, "kind": kind, "timeout": TIMEOUT}],
    }


@contextmanager
def guarding(breaker: str, upstream: Stub, folder: Path, kind: str = "auxiliary", **rest: Any) -> Iterator[Sidecar]:
    with sidecar("breaker", answers(breaker, upstream, kind), folder, **rest) as made:
        yield made


def tripped(caller: Caller) -> list[Answer]:
    """Call until the breaker is open; return the calls that it took."""
    calls = []
    for _ in range(10):
        answer = caller.ask()
        if answer.headers.get("x-breaker") == "open":
            return calls
        calls.append(answer)
        time.sleep(0.02)  # the ejection is the work of another thread
    return calls


def tripped_of(port: int, count: int) -> list[Answer]:
    caller = Caller(port)
    return [caller.ask() for _ in range(count)]
