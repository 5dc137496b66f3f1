"""A service starts within its budget, says when it is ready, and refuses what it can't work with."""

from __future__ import annotations

import signal
import socket
import time

import pytest

from scaffold.prove.ports import free_ports
from tests.real.conformance.contract import (
    CANARY,
    CONFIGURATION,
    CONTRACT,
    FAILED,
    OK,
    QUIET,
    REQUEST_ID,
    USAGE,
    differs,
)
from tests.real.conformance.service import PROBES, SLACK, Bench, ask, connects, port_variable, wait_until
from tests.real.conformance.subjects import needs

STATUS = CONTRACT["probe_body"]


def test_is_ready_within_the_answered_seconds(own: Bench) -> None:
    service = own.serve()
    assert service.wait_ready() <= own.subject.answers["startup_seconds"]
    assert service.ask("/").status == 200
    started = service.logs("started")
    assert len(started) == 1
    variables = {port["name"]: port_variable(port) for port in own.subject.answers["ports"]} | {"admin": "ADMIN_PORT"}
    assert started[0]["ports"] == {name: service.ports[variable] for name, variable in variables.items()}


def test_probes_tell_a_slow_start_from_a_ready_service(own: Bench) -> None:
    service = own.run("serve", STARTUP_DELAY_SECONDS="3")
    wait_until(lambda: service.probe("/livez") == 200, 20, "the admin port, before the startup work")
    for path, rule in PROBES.items():
        assert service.probe(path) == rule["starting"], f"{path} while starting"
    for path in ("/startupz", "/readyz"):
        assert ask(service.admin, path).json == {STATUS["field"]: STATUS["starting"]}
    if not differs(own.subject.language, "early_port"):
        assert not connects(service.port), "the business port listens before the service is ready"
    assert service.wait_ready() >= 3
    assert service.ask("/").status == 200
    for path, rule in PROBES.items():
        answer = ask(service.admin, path)
        assert (answer.status, answer.json) == (rule["ready"], {STATUS["field"]: STATUS["ready"]})


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_stop_during_the_start_ends_it(own: Bench, number: int) -> None:
    service = own.run("serve", STARTUP_DELAY_SECONDS="30")
    wait_until(lambda: service.probe("/livez") == 200, 20, "the admin port")
    at = service.signal(number)
    assert service.wait(10) == OK
    assert time.monotonic() - at < QUIET + SLACK
    assert not service.logs("started")


def test_probes_and_traffic_have_ports_of_their_own(shared: Bench) -> None:
    service = shared.started[0]
    assert ask(service.admin, "/").status == 404
    for path in [*PROBES, CONTRACT["metrics"]["path"]]:
        assert ask(service.admin, path).status == 200
        assert service.ask(path).status == 404, f"{path} on the business port"


@needs("ports")
def test_every_port_serves_the_routes(shared: Bench) -> None:
    service = shared.started[0]
    for port in shared.subject.answers["ports"]:
        assert ask(service.ports[port_variable(port)]).status == 200


@needs("alone")
def test_a_service_without_dependencies_answers(own: Bench) -> None:
    answer = own.serve().ask("/").json
    assert (answer["dependencies"], answer["degraded"]) == ({}, [])


@pytest.mark.parametrize("which", ["business", "admin"])
def test_a_port_in_use_ends_the_start(own: Bench, which: str) -> None:
    variable = "ADMIN_PORT" if which == "admin" else port_variable(own.subject.answers["ports"][0])
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind(("0.0.0.0", free_ports(1)[0]))
        taken.listen()
        number = str(taken.getsockname()[1])
        service = own.run("serve", **{variable: number})
        assert service.wait() == FAILED
    errors = [entry for entry in service.logs() if entry["level"] == "error"]
    assert len(errors) == 1, errors
    assert number in str(errors[0]), "the line does not name the port"


def test_an_unknown_sub_command_is_refused(own: Bench) -> None:
    service = own.run("no-such-command")
    assert service.wait() == USAGE
    lines = service.logs()
    assert len(lines) == 1
    commands = ["serve", *(job["command"].split()[0] for job in own.subject.answers["jobs"])]
    assert (lines[0]["message"], lines[0]["level"]) == ("unknown sub-command", "error")
    assert set(lines[0]["known"]) == set(commands)


def wrong_settings(own: Bench) -> dict[str, str]:
    """Return a wrong value for each variable that can have one."""
    wrong = {}
    for variable, rule in CONTRACT["environment"].items():
        if variable.startswith("<DEPENDENCY>") and "wrong" in rule:
            for upstream in own.subject.answers["upstreams"]:
                wrong[variable.replace("<DEPENDENCY>", upstream["variable"])] = rule["wrong"]
        elif "wrong" in rule:
            wrong[variable] = rule["wrong"]
    return wrong | dict.fromkeys([*map(port_variable, own.subject.answers["ports"]), "ADMIN_PORT"], "seventy")


def refused(own: Bench, wrong: dict[str, str], *words: str) -> list[str]:
    """Start it with these settings; return the mistakes that it names, each with its variable and what is right."""
    service = own.run(*(words or ("serve",)), **wrong)
    assert service.wait() == CONFIGURATION, service.output()
    lines = service.logs()
    assert [line["message"] for line in lines] == ["configuration refused"]
    errors = lines[0]["errors"]
    assert all(isinstance(error, str) for error in errors)
    for variable, value in wrong.items():
        named = [error for error in errors if variable in error]
        assert named, f"{variable}={value} is not named in {errors}"
        assert any(len(error) > len(variable) + 15 for error in named), f"what is right? {named}"
    return errors


def test_every_mistake_in_the_environment_is_named_at_once(own: Bench) -> None:
    wrong = wrong_settings(own)
    assert len(refused(own, wrong)) == len(wrong)


@pytest.mark.parametrize("value", [CANARY, f"postgres://app:{CANARY}@db/mail?key={CANARY}"])
def test_a_value_that_is_refused_is_not_shown(own: Bench, value: str) -> None:
    """A URL holds a password, and a Secret may be given to the wrong variable."""
    refused(own, dict.fromkeys(wrong_settings(own), value))
    assert CANARY not in own.started[0].output()


def test_numbers_out_of_their_bounds_are_refused(own: Bench) -> None:
    wrong = {
        "SHUTDOWN_SECONDS": "0",
        "DRAIN_SECONDS": "61",
        "REQUEST_SECONDS": "0",
        "MAX_BODY_BYTES": "-1",
        "STARTUP_DELAY_SECONDS": "-1",
        "ADMIN_PORT": "70000",
        "LOG_LEVEL": "INFORMATIVE",
    }
    refused(own, wrong)


def test_numbers_that_are_none_are_refused(own: Bench) -> None:
    wrong = {
        "SHUTDOWN_SECONDS": "1.5",
        "DRAIN_SECONDS": "nan",
        "REQUEST_SECONDS": "inf",
        "MAX_BODY_BYTES": "1e6",
        "STARTUP_DELAY_SECONDS": "1s",
        "ADMIN_PORT": "0",
    }
    refused(own, wrong)


def test_a_drain_must_fit_into_the_shutdown(own: Bench) -> None:
    service = own.run("serve", SHUTDOWN_SECONDS="5", DRAIN_SECONDS="5")
    assert service.wait() == CONFIGURATION
    errors = service.logs("configuration refused")[0]["errors"]
    assert len(errors) == 1
    assert "DRAIN_SECONDS" in errors[0]
    assert "SHUTDOWN_SECONDS" in errors[0]


@needs("jobs")
def test_a_job_refuses_the_same_configuration(own: Bench) -> None:
    command = own.subject.answers["jobs"][0]["command"].split()
    refused(own, {"LOG_LEVEL": "loud"}, *command)


def test_the_version_is_told(own: Bench) -> None:
    service = own.serve(SERVICE_VERSION="1.2.3-rc.4")
    assert service.ask("/").json["version"] == "1.2.3-rc.4"
    assert {line["version"] for line in service.logs()} == {"1.2.3-rc.4"}
    assert {line["service"] for line in service.logs()} == {own.subject.answers["name"]}


def test_the_log_level_is_obeyed(own: Bench) -> None:
    service = own.serve(LOG_LEVEL="warn")
    assert service.ask("/").status == 200
    service.signal()
    assert service.wait() == OK
    assert [line for line in service.logs() if line["level"] in ("debug", "info")] == []


def test_debug_logs_keep_the_format(own: Bench) -> None:
    service = own.serve(LOG_LEVEL="debug")
    answer = service.ask("/")
    assert service.log_of(answer.headers[REQUEST_ID])  # the bench checks each line at its end
