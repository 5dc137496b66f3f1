"""A generated limiter in front of a stub of the service."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.real.conformance.stubs import Stub
from tests.real.experiments.sidecar import Sidecar, sidecar

RATE, BURST = 50, 20


@contextmanager
def limiting(limiter: str, service: Stub, folder: Path, **answers: Any) -> Iterator[Sidecar]:
    given = {"name": "frontend", "limiter": limiter, "limit_requests_per_second": RATE, "limit_burst": BURST, **answers}
    with sidecar("limiter", given, folder, service_port=service.port) as made:
        yield made
