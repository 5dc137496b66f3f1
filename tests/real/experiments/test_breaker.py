"""A dependency that is slow, broken or gone costs a few calls, and then milliseconds (P10)."""

from __future__ import annotations

import ssl
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from tests.real.conformance.stubs import Stub
from tests.real.experiments.asking import Caller, at_once, percentile
from tests.real.experiments.breaker import OPEN_SECONDS, TIMEOUT, TRIPS_AFTER, answers, guarding, tripped
from tests.real.experiments.sidecar import sidecar

SLACK = 0.3  # for a busy machine, where a number is not the point
MILLISECONDS = 0.005


OPEN_METRIC = {
    "envoy": 'envoy_cluster_outlier_detection_ejections_active{envoy_cluster_name="weather"} 1',
    "nginx": 'breaker_requests_total{dependency="weather",outcome="open"} 1',
}


@pytest.mark.parametrize("fault", ["slow", "crash", "hang_up", "garbage", "refused"])
def test_it_trips_answers_in_milliseconds_and_recovers(
    breaker: str, upstream: Stub, tmp_path: Path, fault: str, record_property: Any
) -> None:
    """`slow` is the seed's: 30 s, then nothing."""
    if (breaker, fault) == ("nginx", "garbage"):
        pytest.xfail("nginx lets it pass: see test_what_nginx_does_not_count")
    with guarding(breaker, upstream, tmp_path) as made:
        caller = Caller(made.port)
        assert caller.ask().status == 200
        upstream.asked.clear()
        upstream.behave(fault)
        calls = tripped(caller)
        assert 1 <= len(calls) <= TRIPS_AFTER
        assert len(upstream.asked) <= TRIPS_AFTER, "a call that is asked again counts too"
        assert all(each.seconds < TIMEOUT for each in calls), "the client would have given up"
        asked = len(upstream.asked)
        opened = time.monotonic()
        fast = [caller.ask() for _ in range(300)]
        assert {(each.status, each.headers["x-breaker"]) for each in fast} == {(503, "open")}
        assert len(upstream.asked) == asked, "an open breaker leaves the dependency alone"
        p99 = percentile(fast, 99)
        assert p99 <= MILLISECONDS, f"{p99 * 1000:.1f} ms"
        upstream.reset()
        while caller.ask().status != 200:
            assert time.monotonic() < opened + OPEN_SECONDS + 3, "it never recovers"
            time.sleep(0.05)
        recovered = time.monotonic() - opened
        assert recovered > OPEN_SECONDS - 2
        assert {caller.ask().status for _ in range(20)} == {200}
        record_property("calls", len(calls))
        record_property("p99_ms", round(p99 * 1000, 2))
        record_property("recovered_s", round(recovered, 1))


def test_without_it_every_call_hangs(upstream: Stub) -> None:
    """The twin: what the page of the seed's frontend does while the weather sleeps."""
    upstream.behave("slow")
    for _ in range(2):
        caller = Caller(upstream.port, timeout=2)
        with pytest.raises(TimeoutError):
            caller.ask()
        caller.close()


def test_healthy_calls_pay_less_than_a_millisecond(
    breaker: str, upstream: Stub, tmp_path: Path, record_property: Any
) -> None:
    with guarding(breaker, upstream, tmp_path) as made:
        direct, guarded = Caller(upstream.port), Caller(made.port)
        pairs = [(direct.ask().seconds, guarded.ask().seconds) for _ in range(500)][100:]
        more = median(each[1] for each in pairs) - median(each[0] for each in pairs)
        assert more <= 0.001, f"{more * 1000:.2f} ms"
        record_property("more_ms", round(more * 1000, 2))


def test_calls_at_once_are_bounded(breaker: str, upstream: Stub, tmp_path: Path) -> None:
    with guarding(breaker, upstream, tmp_path) as made:
        bound = made.context["guards"][0]["requests"]["value"]
        upstream.behave("slow")
        given = at_once(made.port, bound + 20)
        refused = [each for each in given if each.headers.get("x-breaker") == "open"]
        assert len(refused) >= 20 and len(upstream.asked) <= bound
        assert all(each.seconds < TIMEOUT + SLACK for each in given)


def test_only_what_is_idempotent_is_asked_again(breaker: str, upstream: Stub, tmp_path: Path) -> None:
    with guarding(breaker, upstream, tmp_path) as made:
        upstream.behave("hang_up")
        Caller(made.port).ask("POST")
        assert len(upstream.asked) == 1
        Caller(made.port).ask("GET")
        again = 0 if breaker == "nginx" else 1  # nginx asks another address again, where there is one
        assert len(upstream.asked) == 2 + again, "once more, on a new connection"


@pytest.mark.parametrize("kind", ["auxiliary", "critical"])
def test_its_own_answer_says_so(breaker: str, upstream: Stub, tmp_path: Path, kind: str) -> None:
    with guarding(breaker, upstream, tmp_path, kind) as made:
        caller = Caller(made.port)
        upstream.behave("crash")
        theirs = caller.ask()
        if breaker == "nginx":  # it gives its own answer for each that counts as a failure
            assert (theirs.status, theirs.headers["x-breaker"]) == (503, "failed")
        else:
            assert theirs.status == 500 and not {"x-breaker", "x-fallback"} & set(theirs.headers)
        upstream.behave("slow")
        late = caller.ask(X_Request_Id="abc")
        upstream.behave("refused")
        failed = caller.ask()
        opened = caller.ask() if failed.headers["x-breaker"] != "open" else failed
        for answer, status, why in ((late, 504, "timeout"), (opened, 503, "open")):
            assert (answer.status, answer.headers["x-breaker"]) == (status, why)
            assert answer.headers.get("x-fallback") == ("weather" if kind == "auxiliary" else None)
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json["type"] == "about:blank" and answer.json["status"] == status
        assert late.json["request_id"] == "abc"


CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"


@pytest.mark.parametrize(("named", "status"), [("localhost", 200), ("elsewhere.example", 503)])
def test_it_speaks_tls_to_the_host_that_was_answered(
    breaker: str, upstream: Stub, tmp_path: Path, named: str, status: int
) -> None:
    """The service calls on loopback without TLS; the breaker checks whom it calls, as the service's client would."""
    writable = tmp_path / "tmp"  # what nginx has as /tmp
    writable.mkdir()
    key, certificate = writable / "key.pem", writable / "certificate.pem"
    subprocess.run(
        [*["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1", "-subj", "/CN=test"],
         "-addext", f"subjectAltName=DNS:{named}", "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    upstream.server.socket = context.wrap_socket(upstream.server.socket, server_side=True)
    given = answers(breaker, upstream)
    given["dependencies"][0]["url"] = f"https://localhost:{upstream.port}"
    there = "/tmp/certificate.pem" if breaker == "nginx" else str(certificate)
    trust = {"change": lambda text: text.replace(CERTIFICATES, there)}
    with sidecar("breaker", given, tmp_path, **trust) as made:
        answer = Caller(made.port).ask()
        assert answer.status == status, answer
        if status != 200:
            assert answer.headers["x-breaker"] == "failed"


def test_it_changes_nothing_that_passes(breaker: str, upstream: Stub, tmp_path: Path) -> None:
    with guarding(breaker, upstream, tmp_path) as made:
        direct = Caller(upstream.port).ask(path="/a//b/../c%2f?x=1", X_Request_Id="abc", Accept="text/plain")
        guarded = Caller(made.port).ask(path="/a//b/../c%2f?x=1", X_Request_Id="abc", Accept="text/plain")
        assert (direct.status, direct.body) == (guarded.status, guarded.body)
        per_hop = {"date", "connection"}
        assert set(direct.headers) - per_hop == set(guarded.headers) - per_hop
        plain, passed = upstream.heads
        assert {key.lower(): value for key, value in plain.items()} == {
            key.lower(): value for key, value in passed.items()
        } | {"host": f"127.0.0.1:{upstream.port}"}


def test_each_call_is_a_line_of_json(breaker: str, upstream: Stub, tmp_path: Path) -> None:
    with guarding(breaker, upstream, tmp_path) as made:
        Caller(made.port).ask(path="/now?secret=1", X_Request_Id="abc")
        assert made.end() == 0
        line, *_ = (each for each in made.logged() if each.get("message") == "dependency call")
        assert (line["dependency"], line["path"], line["status"], line["request_id"]) == ("weather", "/now", 200, "abc")
        assert line["level"] == "info" and line["duration_ms"] >= 0 and line["timestamp"].endswith("Z")


def test_others_see_health_and_metrics_alone(breaker: str, upstream: Stub, tmp_path: Path) -> None:
    with guarding(breaker, upstream, tmp_path) as made:
        upstream.behave("refused")
        tripped(Caller(made.port))
        with urllib.request.urlopen(f"{made.health}/metrics") as answer:
            text = answer.read().decode()
        assert OPEN_METRIC[breaker] in text
        for path in ("/", "/config_dump", "/quitquitquit", "/readyz/../quitquitquit"):
            with pytest.raises(urllib.error.HTTPError, match="404"):
                urllib.request.urlopen(f"{made.health}{path}", data=b"")
