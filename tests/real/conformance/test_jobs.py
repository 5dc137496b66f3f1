"""A job runs from the same program: it asks each dependency once, does its work, and ends with a telling exit code."""

from __future__ import annotations

import signal
import socket
import time

import pytest

from scaffold.prove.ports import free_ports
from tests.real.conformance.contract import FAILED, OK, TERMINATED, differs
from tests.real.conformance.service import SLACK, Bench, port_variable, wait_until
from tests.real.conformance.stubs import BROKEN
from tests.real.conformance.subjects import needs


def words(bench: Bench) -> list[str]:
    """Return the command of the subject's first job."""
    return bench.subject.answers["jobs"][0]["command"].split()


@needs("jobs")
def test_every_job_ends_well(own: Bench) -> None:
    for job in own.subject.answers["jobs"]:
        service = own.run(*job["command"].split())
        assert service.wait() == OK, service.output()
        assert len(service.logs("job finished")) == 1
        assert not service.logs("job failed")


@needs("jobs", "critical")
def test_a_job_asks_each_dependency_once(own: Bench) -> None:
    service = own.run(*words(own))
    assert service.wait() == OK
    for each in own.subject.answers["upstreams"]:
        if each["scheme"] != "tcp":
            assert len(own.stubs[each["name"]].asked) == 1, each["name"]


@needs("jobs", "critical")
@pytest.mark.parametrize("how", BROKEN)
def test_a_job_fails_with_its_critical_dependency(own: Bench, how: str) -> None:
    own.stubs[own.subject.upstream("critical")["name"]].behave(how)
    service = own.run(*words(own))
    assert service.wait() == FAILED
    assert len(service.logs("job failed")) == 1
    assert not service.logs("job finished")


@needs("jobs", "critical")
def test_a_job_fails_in_time(own: Bench) -> None:
    own.stubs[own.subject.upstream("critical")["name"]].behave("slow")
    service = own.run(*words(own), timeout=1)
    assert service.wait(1 + own.subject.answers["startup_seconds"]) == FAILED
    assert len(service.logs("job failed")) == 1


@needs("jobs", "auxiliary")
def test_a_job_survives_its_auxiliary_dependency(own: Bench) -> None:
    own.stubs[own.subject.upstream("auxiliary")["name"]].behave("crash")
    service = own.run(*words(own))
    assert service.wait() == OK
    assert len(service.logs("job finished")) == 1


@needs("jobs", "critical")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_job_stops_when_it_is_told_to(own: Bench, number: int) -> None:
    stub = own.stubs[own.subject.upstream("critical")["name"]]
    stub.behave("slow")
    service = own.run(*words(own), timeout=30, REQUEST_SECONDS="30")
    wait_until(lambda: bool(stub.asked), 20, "the job asks its dependency")
    at = service.signal(number)
    interrupted = number == signal.SIGINT and differs(own.subject.language, "interrupted_job")
    assert service.wait() == (128 + number if interrupted else TERMINATED)
    assert time.monotonic() - at < SLACK
    assert not service.logs("job finished")


@needs("jobs")
def test_a_job_opens_no_port(own: Bench) -> None:
    """It runs beside a service on the same ports."""
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", free_ports(1)[0]))
        taken.listen()
        number = str(taken.getsockname()[1])
        variable = port_variable(own.subject.answers["ports"][0])
        service = own.run(*words(own), **{variable: number})
        assert service.wait() == OK, service.output()
