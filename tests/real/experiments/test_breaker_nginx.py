"""What the README of a service with nginx tells of it as a breaker (P10)."""

from __future__ import annotations

import http.client
import re
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.real.conformance.stubs import Stub
from tests.real.experiments.asking import Caller
from tests.real.experiments.breaker import OPEN_SECONDS, TIMEOUT, TRIPS_AFTER, answers, guarding, tripped, tripped_of
from tests.real.experiments.names import name_server
from tests.real.experiments.sidecar import sidecar


def test_what_nginx_does_not_count(upstream: Stub, tmp_path: Path) -> None:
    """An answer that is no HTTP, one that breaks off after its header, and a 5xx to what is not idempotent."""
    with guarding("nginx", upstream, tmp_path) as made:
        for fault, method in (("garbage", "GET"), ("cut", "GET"), ("crash", "POST")):
            upstream.reset()
            upstream.behave(fault)
            for _ in range(2 * TRIPS_AFTER):
                with suppress(http.client.BadStatusLine, http.client.IncompleteRead):
                    assert "x-breaker" not in Caller(made.port).ask(method).headers
            assert len(upstream.asked) == 2 * TRIPS_AFTER, "it is asked each time"


def test_nginx_counts_a_slow_call_that_is_not_idempotent(upstream: Stub, tmp_path: Path) -> None:
    with guarding("nginx", upstream, tmp_path) as made:
        upstream.behave("slow")
        answers = [Caller(made.port).ask("POST") for _ in range(TRIPS_AFTER + 1)]
        assert [each.headers["x-breaker"] for each in answers] == ["timeout"] * TRIPS_AFTER + ["open"]
        assert len(upstream.asked) == TRIPS_AFTER


def test_nginx_counts_failures_and_not_their_share(upstream: Stub, tmp_path: Path, record_property: Any) -> None:
    """Three failures among hundreds of good answers open it; Envoy sets its count back with each good one."""
    opened = {}
    for breaker in ("nginx", "envoy"):
        folder = tmp_path / breaker
        folder.mkdir()
        upstream.reset()
        with guarding(breaker, upstream, folder) as made:
            caller = Caller(made.port)
            for _ in range(TRIPS_AFTER):
                assert {caller.ask().status for _ in range(100)} == {200}
                upstream.behave("crash")
                caller.ask()
                upstream.behave("ok")
            opened[breaker] = caller.ask().headers.get("x-breaker") == "open"
    assert opened == {"nginx": True, "envoy": False}


def test_nginx_tries_with_a_real_call(upstream: Stub, tmp_path: Path, record_property: Any) -> None:
    """While the dependency hangs, one call in each `fail_timeout` waits for its whole timeout, and only one."""
    with guarding("nginx", upstream, tmp_path) as made:
        caller = Caller(made.port)
        upstream.behave("slow")
        tripped(caller)
        began, answers = time.monotonic(), []
        while time.monotonic() < began + OPEN_SECONDS + 3:
            answers.append(caller.ask())
            time.sleep(0.05)
        tries = [each for each in answers if each.headers["x-breaker"] != "open"]
        assert len(tries) == 1 and all(each.seconds > TIMEOUT / 2 for each in tries)
        record_property("tries", f"{len(tries)} of {len(answers)}")


def test_without_a_second_server_nginx_never_trips(upstream: Stub, tmp_path: Path) -> None:
    """The twin: what nginx's own documentation says of a single server."""
    with guarding("nginx", upstream, tmp_path, change=without_backup) as made:
        upstream.behave("slow")
        calls = tripped_of(made.port, 2 * TRIPS_AFTER)
        assert all(each.seconds > TIMEOUT / 2 for each in calls)


def without_backup(text: str) -> str:
    return re.sub(r"server \S+ backup .*;", "", text)


def test_nginx_starts_without_a_name_and_follows_it(upstream: Stub, tmp_path: Path) -> None:
    """A pod's start depends on no dependency, and a Service that is made again has another address."""
    addresses: dict[str, str] = {}
    given = answers("nginx", upstream)
    given["dependencies"][0]["url"] = f"http://weather:{upstream.port}"
    with name_server(addresses) as server, sidecar("breaker", given, tmp_path, name_server=server) as made:
        caller = Caller(made.port)
        assert (answer := caller.ask()).status == 503 and answer.headers["x-breaker"] == "open"
        for address, status in (("127.0.0.1", 200), ("127.0.0.9", 503)):
            addresses["weather.shop.svc.cluster.local"] = address  # by the search list of the pod's resolv.conf
            until = time.monotonic() + 2 * OPEN_SECONDS + 5
            while caller.ask().status != status:
                assert time.monotonic() < until, f"never at {address}"
                time.sleep(0.1)
