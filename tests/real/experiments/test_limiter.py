"""Above the limit a service sheds load, and goes on answering what it takes in (P11)."""

from __future__ import annotations

import contextlib
import http.client
import re
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.real.conformance.service import wait_until
from tests.real.conformance.stubs import Stub
from tests.real.experiments.asking import Answer, Caller, at_once
from tests.real.experiments.limiter import BURST, RATE, limiting
from tests.support import load

PRE_STOP_SECONDS = 5


def statuses(answers: Sequence[Answer]) -> Counter[int]:
    return Counter(each.status for each in answers)


def used_up(caller: Caller, **headers: str) -> None:
    """Ask until the limit is hit."""
    for _ in range(BURST + RATE):
        if caller.ask(**headers).status == 429:
            return
    raise AssertionError("the limit was never hit")


def test_above_the_limit_429_at_once_and_after_a_second_again_200(limiter: str, upstream: Stub, tmp_path: Path) -> None:
    with limiting(limiter, upstream, tmp_path) as made:
        caller = Caller(made.port)
        began = time.monotonic()
        answers = [caller.ask(X_Request_Id="abc") for _ in range(200)]
        refill = RATE * (time.monotonic() - began)
        refused = [each for each in answers if each.status == 429]
        taken = len(answers) - len(refused)
        assert BURST <= taken <= BURST + refill + 2
        assert len(upstream.asked) == taken, "what is refused never reaches the service"
        for each in refused:
            assert each.headers["retry-after"] == "1" and each.headers["x-request-id"] == "abc"
            assert each.headers["content-type"] == "application/problem+json"
            assert each.json | {"detail": ""} == {
                "type": "about:blank", "title": "Too Many Requests", "status": 429, "detail": "", "request_id": "abc",
            }  # fmt: skip
        time.sleep(float(refused[-1].headers["retry-after"]))
        assert statuses([caller.ask() for _ in range(BURST)]) == {200: BURST}


def test_below_it_nothing_is_touched(limiter: str, upstream: Stub, tmp_path: Path) -> None:
    with limiting(limiter, upstream, tmp_path) as made:
        caller, answers, began = Caller(made.port), [], time.monotonic()
        for number in range(RATE * 3):
            time.sleep(max(0.0, began + number / (RATE * 0.9) - time.monotonic()))
            answers.append(caller.ask())
        assert statuses(answers) == {200: RATE * 3}
        direct = Caller(upstream.port).ask(path="/a//b/../c%2f?x=1", X_Request_Id="a.b-c_1", X_Envoy_Retry_On="5xx")
        passed = caller.ask(path="/a//b/../c%2f?x=1", X_Request_Id="a.b-c_1", X_Envoy_Retry_On="5xx")
        assert (direct.status, direct.body) == (passed.status, passed.body)
        per_hop = {"date": "", "connection": ""}
        assert direct.headers | per_hop == passed.headers | per_hop
        heads = [{key.lower(): value for key, value in each.items()} for each in upstream.heads[-2:]]
        added = {"x-forwarded-for", "x-forwarded-proto"}
        kept = "x-envoy" if limiter == "envoy" else "x-no-such"  # Envoy takes its own headers for itself
        assert {key: value for key, value in heads[1].items() if key not in added} == {
            key: value for key, value in heads[0].items() if not key.startswith(kept)
        } | {"host": f"127.0.0.1:{made.port}"}


@pytest.mark.skipif(load.missing() is not None, reason=load.missing() or "")
def test_a_service_at_its_limit_goes_on_answering(
    limiter: str, upstream: Stub, tmp_path: Path, record_property: Any
) -> None:
    """The service does 100 requests a second, the callers want 300; the twin is the same without the limiter."""
    upstream.behave("one_by_one", delay=0.01)
    with limiting(
        limiter, upstream, tmp_path, limit_requests_per_second=60, limit_connections=50, limit_per="all"
    ) as made:
        limited = asked_too_much(made.port, tmp_path)
    collapsed = asked_too_much(upstream.port, tmp_path)
    assert set(limited.codes) == {"200", "429"} and limited.ok >= 60 * 4 * 0.8, limited
    assert limited.p99 < 0.5, limited
    assert collapsed.p99 > 0.9 and collapsed.failed > 300, collapsed
    record_property("limited", told(limited))
    record_property("without", told(collapsed))


def told(report: load.Report) -> str:
    return f"{report.ok} of {report.ok + report.failed} answered, p99 {report.p99 * 1000:.0f} ms"


def asked_too_much(port: int, folder: Path) -> load.Report:
    with load.load(f"http://127.0.0.1:{port}/", folder, rate=300, seconds=4, timeout=1) as attack:
        return attack.report()


@pytest.mark.parametrize("per", ["client", "all"])
def test_a_greedy_client_takes_from_others_only_where_all_share(
    limiter: str, upstream: Stub, tmp_path: Path, per: str
) -> None:
    with limiting(limiter, upstream, tmp_path, limit_per=per, limit_requests_per_second=1) as made:
        used_up(Caller(made.port, source="127.0.0.2"))
        assert Caller(made.port, source="127.0.0.3").ask().status == (200 if per == "client" else 429)


@pytest.mark.parametrize(
    ("trusted", "believed"), [([], False), (["10.0.0.0/8"], False), (["127.0.0.0/8", "10.0.0.0/8"], True)]
)
def test_a_claimed_address_counts_only_from_a_trusted_proxy(
    limiter: str, upstream: Stub, tmp_path: Path, trusted: list[str], believed: bool
) -> None:
    with limiting(limiter, upstream, tmp_path, trusted_proxies=trusted, limit_requests_per_second=1) as made:
        caller = Caller(made.port)
        used_up(caller, X_Forwarded_For="198.51.100.1")
        assert caller.ask(X_Forwarded_For="198.51.100.2").status == (200 if believed else 429)
        # what a client claims stands before what the trusted proxies wrote, and counts for nothing
        assert caller.ask(X_Forwarded_For="203.0.113.9, 198.51.100.1, 10.0.0.7").status == 429


def test_requests_under_way_are_bounded(limiter: str, upstream: Stub, tmp_path: Path) -> None:
    with limiting(limiter, upstream, tmp_path, limit_connections=5) as made:
        upstream.behave("delayed", delay=0.5)
        answers = at_once(made.port, 15)
        assert statuses(answers) == {200: 5, 429: 10}
        refused = [each for each in answers if each.status == 429]
        assert all(each.seconds < 0.4 and each.headers["retry-after"] == "1" for each in refused)
        upstream.behave("ok")
        assert statuses(at_once(made.port, 5)) == {200: 5}


def resident(process: int) -> float:
    """Return the Ki that a process and its children hold in memory."""
    pids = [process, *map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split())]
    return sum(float(re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[0]) for pid in pids)


def test_its_memory_limit_has_room_for_all_that_it_lets_in(limiter: str, upstream: Stub, tmp_path: Path) -> None:
    """The parts of the limit are those that the program takes, but for what the kernel has for each socket."""
    requests, kernel = 60, 4
    much = {"limit_requests_per_second": 100_000, "limit_burst": 100_000}
    with limiting(limiter, upstream, tmp_path, limit_connections=requests, **much) as made:
        memory = made.context["sidecars"][limiter]["memory"]
        ready = resident(made.process.pid)
        idle = [Caller(made.port) for _ in range(made.context["limit_open_connections"]["value"] - requests)]
        assert statuses([each.ask() for each in idle]) == {200: len(idle)}
        upstream.behave("delayed", delay=2)
        busy = threading.Thread(target=at_once, args=(made.port, requests))
        busy.start()
        wait_until(lambda: len(upstream.asked) == len(idle) + requests, 10, "all requests are under way")
        taken = resident(made.process.pid) - ready
        busy.join()
        for each in idle:
            each.close()
    assert ready < memory["own"] * 1024
    parts = len(idle) * (memory["connection"] - kernel) + requests * (memory["request"] - 2 * kernel)
    assert 0 < taken < parts, f"{taken:.0f} Ki for {len(idle)} connections and {requests} requests"


def test_probes_are_never_limited(limiter: str, upstream: Stub, tmp_path: Path) -> None:
    """The service's own go to its admin port, and the limiter's have a port apart."""
    with limiting(limiter, upstream, tmp_path, limit_requests_per_second=1, limit_per="all") as made:
        used_up(Caller(made.port))
        for path in ("/livez", "/readyz", "/metrics") * 50:
            with urllib.request.urlopen(made.health + path) as answer:
                assert answer.status == 200


def test_probes_are_answered_when_callers_have_all_connections(limiter: str, upstream: Stub, tmp_path: Path) -> None:
    """Anybody who can reach the pod can open connections and say nothing: that must not restart it."""
    with limiting(limiter, upstream, tmp_path, limit_connections=20) as made, contextlib.ExitStack() as stack:
        for _ in range(made.context["limit_open_connections"]["value"] + 50):
            idle = stack.enter_context(socket.socket())
            idle.setblocking(False)
            idle.connect_ex(("127.0.0.1", made.port))
        time.sleep(1)
        for path in ("/livez", "/readyz", "/metrics"):
            with urllib.request.urlopen(made.health + path, timeout=5) as answer:
                assert answer.status == 200


def test_a_stop_closes_connections_before_it_ends_them(limiter: str, upstream: Stub, tmp_path: Path) -> None:
    """preStop runs when the pod is told to go: clients that keep connections learn it from their next answer."""
    with limiting(limiter, upstream, tmp_path) as made:
        kept = Caller(made.port)
        assert kept.ask().headers.get("connection") != "close"
        began = time.monotonic()
        stopping = subprocess.Popen(made.container["lifecycle"]["preStop"]["exec"]["command"])
        until = time.monotonic() + 3
        while (told := kept.ask()).headers.get("connection") != "close":
            assert time.monotonic() < until, "nobody is told"
        assert (told.status, told.headers["connection"]) == (200, "close")
        with pytest.raises(urllib.error.HTTPError, match="503"):
            urllib.request.urlopen(f"{made.health}/readyz")
        with urllib.request.urlopen(f"{made.health}/livez") as answer:
            assert answer.status == 200, "a pod that drains is not to be restarted"
        if limiter == "nginx":  # preStop itself ends it, once no new connections come
            upstream.behave("delayed", delay=2)
            time.sleep(max(0.0, began + PRE_STOP_SECONDS - 1 - time.monotonic()))
            (late,) = at_once(made.port, 1)
            assert late.status == 200, "what is under way at the end is finished"
            assert stopping.wait(10) == 0 and made.process.wait(10) == 0
        else:
            assert stopping.wait(10) == 0 and made.end() == 0


@pytest.mark.parametrize("native", [True, False], ids=["native", "plain"])
def test_nginx_closes_idle_connections_when_the_service_stops(native: bool, upstream: Stub, tmp_path: Path) -> None:
    """A client that next sends on one would be told 503 for as long as nginx outlives the service."""
    with limiting("nginx", upstream, tmp_path, native_sidecars=native, shutdown_seconds=5) as made:
        idle, late = Caller(made.port), Caller(made.port)
        assert (idle.ask().status, late.ask().status) == (200, 200)
        busy: list[Answer] = []
        stopping = subprocess.Popen(made.container["lifecycle"]["preStop"]["exec"]["command"])
        try:
            time.sleep(PRE_STOP_SECONDS - 1)
            upstream.behave("delayed", delay=2)
            under_way = threading.Thread(target=lambda: busy.append(late.ask()))
            under_way.start()
            assert idle.connection.sock.recv(1) == b"", "the service takes nothing any more, and the client knows"
            under_way.join()
            assert busy[0].status == 200, "what is under way is finished"
            assert made.process.wait(PRE_STOP_SECONDS) == 0, "and nothing waits for idle ones"
        finally:
            stopping.kill()
            stopping.wait()


def test_nginx_gives_no_answer_where_the_service_has_stopped_before_it(upstream: Stub, tmp_path: Path) -> None:
    """As the service's own connection would: a client takes that as its sign to try another pod."""
    with limiting("nginx", upstream, tmp_path) as made:
        kept = Caller(made.port)
        assert kept.ask().status == 200
        upstream.behave("refused")
        stopping = subprocess.Popen(made.container["lifecycle"]["preStop"]["exec"]["command"])
        try:
            wait_until((tmp_path / "tmp" / "draining").exists, 3, "preStop has begun")
            with pytest.raises(http.client.RemoteDisconnected):
                kept.ask()
        finally:
            stopping.kill()
            stopping.wait()


def test_what_it_answers_itself_is_a_line_of_json(limiter: str, upstream: Stub, tmp_path: Path) -> None:
    with limiting(limiter, upstream, tmp_path, limit_requests_per_second=1) as made:
        used_up(Caller(made.port), X_Request_Id="abc")
        assert made.end() == 0
        lines = [each for each in made.logged() if each["message"] == "limiter responded"]
        assert [(each["status"], each["request_id"], each["client"]) for each in lines] == [(429, "abc", "127.0.0.1")]


def test_a_service_that_is_gone_is_told_in_time(limiter: str, upstream: Stub, tmp_path: Path) -> None:
    with limiting(limiter, upstream, tmp_path) as made:
        upstream.behave("refused")
        answer = Caller(made.port).ask()
        assert (answer.status, answer.json["status"]) == (503, 503) and answer.seconds < 1
