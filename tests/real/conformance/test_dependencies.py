"""A critical dependency's failure makes the request fail in time; an auxiliary one's is answered by a fallback."""

from __future__ import annotations

import time

import pytest

from tests.real.conformance.asking import check_problem
from tests.real.conformance.conftest import TIMEOUT
from tests.real.conformance.contract import CANARY, CONTRACT
from tests.real.conformance.service import SLACK, Bench, Service, ask
from tests.real.conformance.stubs import BROKEN, LATE
from tests.real.conformance.subjects import needs


@needs("auxiliary")
@pytest.mark.parametrize("how", [*LATE, *BROKEN])
def test_an_auxiliary_failure_is_answered_by_the_fallback(shared: Bench, service: Service, how: str) -> None:
    name = shared.subject.upstream("auxiliary")["name"]
    shared.stubs[name].behave(how)
    answer = service.ask("/")
    assert answer.status == 200
    assert answer.json["dependencies"][name] is None
    assert answer.json["degraded"] == [name]
    assert answer.seconds < TIMEOUT + SLACK
    shared.reset()
    assert service.ask("/").json["degraded"] == [], "it does not recover"


@needs("critical")
@pytest.mark.parametrize("how", [*LATE, *BROKEN])
def test_a_critical_failure_fails_the_request_in_time(shared: Bench, service: Service, how: str) -> None:
    shared.stubs[shared.subject.upstream("critical")["name"]].behave(how)
    answer = service.ask("/")
    check_problem(answer, "dependency_timeout" if how in LATE else "dependency_failed")
    assert answer.seconds < TIMEOUT + SLACK
    if how in LATE:
        assert answer.seconds >= TIMEOUT
    shared.reset()
    assert service.ask("/").status == 200, "it does not recover"


@needs("critical")
def test_no_internals_are_shown(shared: Bench, service: Service) -> None:
    stub = shared.stubs[shared.subject.upstream("critical")["name"]]
    stub.behave("crash")
    body = service.ask("/").body.decode()
    for secret in ("Traceback", "127.0.0.1", str(stub.port), "out of service", "Exception", "goroutine", " at "):
        assert secret not in body


@needs("critical", "auxiliary")
def test_no_secret_in_a_url_is_shown(own: Bench) -> None:
    """Neither user info nor query is in a log line, a metric or an answer, whatever the dependency does."""
    urls = {}
    for kind in ("critical", "auxiliary"):
        upstream = own.subject.upstream(kind)
        port = own.stubs[upstream["name"]].port
        urls[f"{upstream['variable']}_URL"] = f"http://app:{CANARY}@127.0.0.1:{port}/x?key={CANARY}"
    service = own.serve(timeout=1, LOG_LEVEL="debug", **urls)
    for how in ("ok", "slow", "hang_up", *BROKEN):
        for kind in ("critical", "auxiliary"):
            own.stubs[own.subject.upstream(kind)["name"]].behave(how)
        assert CANARY not in service.ask("/").body.decode(), how
        own.reset()
    assert CANARY not in ask(service.admin, CONTRACT["metrics"]["path"]).body.decode()
    assert CANARY not in service.output()


@needs("critical")
def test_a_connection_that_the_dependency_may_close_is_not_used_again(own: Bench) -> None:
    """Node.js and uvicorn close an idle connection after 5 s: a request on its way then is lost."""
    stub = own.stubs[own.subject.upstream("critical")["name"]]
    service = own.serve(timeout=20)
    assert service.ask("/").status == service.ask("/").status == 200
    kept = stub.connections
    assert kept == 1, "a connection is used again soon"
    time.sleep(4.6)
    assert service.ask("/").status == 200
    assert stub.connections == kept + 1, "an idle connection was used again after 4.6 s"


@needs("tcp")
def test_a_plain_tcp_dependency_is_only_connected_to(shared: Bench, service: Service) -> None:
    upstream = next(each for each in shared.subject.answers["upstreams"] if each["scheme"] == "tcp")
    shared.stubs[upstream["name"]].behave("refused")
    answer = service.ask("/")
    if upstream["critical"]:
        check_problem(answer, "dependency_failed")
    else:
        assert (answer.json["dependencies"][upstream["name"]], answer.json["degraded"]) == (None, [upstream["name"]])


@needs("auxiliary", "critical")
def test_a_critical_failure_wins_over_a_slow_auxiliary(shared: Bench, service: Service) -> None:
    shared.stubs[shared.subject.upstream("critical")["name"]].behave("crash")
    shared.stubs[shared.subject.upstream("auxiliary")["name"]].behave("slow")
    answer = service.ask("/")
    check_problem(answer, "dependency_failed")
    assert answer.seconds < TIMEOUT + SLACK


@needs("auxiliary", "critical")
def test_dependencies_are_asked_in_parallel(own: Bench) -> None:
    spoken = [each["name"] for each in own.subject.answers["upstreams"] if each["scheme"] != "tcp"]
    for name in spoken:
        own.stubs[name].behave("delayed", SLACK)
    answer = own.serve(timeout=20, REQUEST_SECONDS="30").ask("/")
    assert answer.status == 200
    assert answer.json["degraded"] == []
    assert SLACK <= answer.seconds < SLACK * 2, f"{len(spoken)} dependencies took {answer.seconds:.2f} s"


@needs("critical")
def test_a_request_ends_within_its_budget(own: Bench) -> None:
    own.stubs[own.subject.upstream("critical")["name"]].behave("slow")
    service = own.serve(timeout=20, REQUEST_SECONDS="1")
    answer = service.ask("/")
    check_problem(answer, "dependency_timeout")
    assert 1 <= answer.seconds < 1 + SLACK


@needs("auxiliary")
def test_each_dependency_has_a_timeout_of_its_own(own: Bench) -> None:
    upstream = own.subject.upstream("auxiliary")
    own.stubs[upstream["name"]].behave("delayed", 10)
    service = own.serve(timeout=20, **{f"{upstream['variable']}_TIMEOUT_SECONDS": "0.2"})
    answer = service.ask("/")
    assert answer.json["degraded"] == [upstream["name"]]
    assert answer.seconds < 0.2 + SLACK
