"""Behind a gateway with the generated route: no request is lost, the service answers first, and callers are told apart."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.real.conformance.service import Bench, bench, wait_until
from tests.real.conformance.stubs import Stub
from tests.real.conformance.subjects import Subject
from tests.real.experiments.asking import Caller
from tests.real.experiments.conftest import missing
from tests.real.experiments.gateway import ADDRESS, Gateway, gateway, rendered_route
from tests.real.experiments.sidecar import sidecar
from tests.support.answers import DEPENDENCY

pytestmark = pytest.mark.skipif(missing("envoy") is not None, reason=missing("envoy") or "")

ANSWERS = {"name": "frontend", "expose": "gateway", "dependencies": [DEPENDENCY]}
CALLERS = 4


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Bench]:
    with bench(Subject("frontend"), tmp_path) as made:
        yield made


class Load:
    """Some callers, each of which asks one time after the other until it is told to stop."""

    def __init__(self, through: Gateway) -> None:
        """Begin."""
        self.statuses: Counter[int] = Counter()
        self._through, self._ended = through, threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(CALLERS)]
        for each in self._threads:
            each.start()

    def _ask(self) -> None:
        caller = Caller(self._through.port, timeout=30)
        while not self._ended.is_set():
            self.statuses[caller.ask(Host=self._through.host).status] += 1
        caller.close()

    def more(self, count: int) -> None:
        """Wait for so many answers more."""
        wanted = self.statuses.total() + count
        wait_until(lambda: self.statuses.total() >= wanted, 60, "answers")

    def end(self) -> Counter[int]:
        self._ended.set()
        for each in self._threads:
            each.join()
        return self.statuses


@pytest.mark.parametrize("orderly", [True, False])
def test_a_drain_behind_a_gateway_loses_nothing(own: Bench, tmp_path: Path, orderly: bool) -> None:
    """The endpoint goes first, then SIGTERM comes; who just kills a pod loses what it was doing."""
    route, _ = rendered_route(ANSWERS)
    first, second = own.run("serve", DRAIN_SECONDS="0.5"), own.run("serve")
    first.wait_ready()
    second.wait_ready()
    for stub in own.stubs.values():
        stub.behave("delayed", delay=0.1)  # requests are always under way
    with gateway(route, [first.port, second.port], tmp_path) as through:
        load = Load(through)
        load.more(4 * CALLERS)
        if orderly:
            through.publish([second.port])
            first.signal()
            assert first.wait() in (0, 143)
        else:
            first.kill()
        load.more(4 * CALLERS)
        statuses = load.end()
    assert (set(statuses) == {200}) == orderly, statuses
    assert all(each.logs("request") for each in (first, second)), "both had requests"


def test_a_slow_answer_ends_in_the_service(own: Bench, tmp_path: Path) -> None:
    """With the generated numbers the caller gets the service's own 504; a gateway that is too quick says less."""
    route, config = rendered_route(ANSWERS)
    service = own.serve(timeout=60, REQUEST_SECONDS=config["REQUEST_SECONDS"])
    for stub in own.stubs.values():
        stub.behave("slow")
    with gateway(route, [service.port], tmp_path) as through:
        answer = Caller(through.port, timeout=30).ask(Host=through.host)
    assert answer.status == 504 and answer.headers["content-type"] == "application/problem+json"
    assert answer.json["request_id"] == answer.headers["x-request-id"]
    with gateway(route, [service.port], tmp_path, timeout="0.1s") as hasty:
        answer = Caller(hasty.port, timeout=30).ask(Host=hasty.host)
    assert answer.status == 504 and answer.headers["content-type"] == "text/plain"


@pytest.mark.parametrize("expose", ["gateway", "none"])
def test_a_limiter_behind_a_gateway_tells_callers_apart(
    limiter: str, upstream: Stub, tmp_path: Path, expose: str
) -> None:
    """A caller above its rate does not hurt another one, and gets no other rate by a false address.

    One of the private networks stands for the gateway's address on this machine.
    """
    given = {"name": "frontend", "limiter": limiter, "limit_requests_per_second": 1, "limit_burst": 2, "expose": expose}

    def here(text: str) -> str:
        for network, one in (
            ('"10.0.0.0", prefix_len: 8', f'"{ADDRESS}", prefix_len: 32'),
            ("10.0.0.0/8", f"{ADDRESS}/32"),
        ):
            text = text.replace(network, one)
        return text

    route, _ = rendered_route({**given, "expose": "gateway"})
    change = here if expose == "gateway" else str
    with (
        sidecar("limiter", given, tmp_path, service_port=upstream.port, change=change) as made,
        gateway(route, [made.port], tmp_path) as through,
    ):
        many = Caller(through.port, source="127.0.0.3")
        asked = [many.ask(Host=through.host, X_Forwarded_For=f"198.51.100.{number}").status for number in range(20)]
        other = Caller(through.port, source="127.0.0.4").ask(Host=through.host).status
    assert 429 in asked
    assert other == (200 if expose == "gateway" else 429)
