"""A critical dependency's failure makes the request fail in time; an auxiliary one's is answered by a fallback."""

from __future__ import annotations

import pytest

from tests.real.conformance.conftest import TIMEOUT
from tests.real.conformance.service import SLACK, Bench, Service
from tests.real.conformance.stubs import BROKEN, LATE
from tests.real.conformance.subjects import needs
from tests.real.conformance.test_requests import check_problem


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
