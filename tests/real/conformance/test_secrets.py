"""A secret is required, and stands nowhere but in the environment: in no answer, metric, log line or list of processes.

The bench looks for it in all output of every test: it is the value of each secret of each service.
"""

from __future__ import annotations

import os
from pathlib import Path

from tests.real.conformance.asking import raw
from tests.real.conformance.contract import CANARY, CONFIGURATION, CONTRACT, OK
from tests.real.conformance.service import Bench, Service, ask
from tests.real.conformance.stubs import BROKEN
from tests.real.conformance.subjects import needs


def shown(service: Service) -> list[str]:
    """Ask for all that a service shows, and for what it refuses."""
    answers = [service.ask("/"), service.ask("/nowhere"), service.ask("/", "POST", body=b"x" * 2_000_000)]
    answers += [ask(service.admin, path) for path in ("/", "/env", "/actuator/env", "/config", "/debug", "/livez")]
    answers.append(ask(service.admin, CONTRACT["metrics"]["path"]))
    texts = [f"{each.headers} {each.body.decode(errors='replace')}" for each in answers]
    return [*texts, raw(service.port, b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").decode(errors="replace")]


def command_lines(service: Service) -> list[str]:
    """Return the command lines of the processes of its session."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(folder.name)) == service.process.pid:
                found.append((folder / "cmdline").read_text())
        except OSError:  # it has ended
            continue
    return found


@needs("secret-variable", "secret-file", "critical")
def test_no_secret_is_shown_with_any_fault(own: Bench) -> None:
    service = own.serve(timeout=0.5, LOG_LEVEL="debug", REQUEST_SECONDS="5")
    lines = command_lines(service)
    assert lines and not [line for line in lines if CANARY in line]
    for how in ("ok", *BROKEN, "slow"):
        for stub in own.stubs.values():
            stub.behave(how)
        assert not [text for text in shown(service) if CANARY in text], how
    own.reset()
    own.secret.unlink()
    assert service.ask("/").status == 200
    service.signal()
    assert service.wait() == OK
    assert CANARY not in service.output()


@needs("secret-variable", "secret-file")
def test_every_secret_is_required_and_no_refusal_shows_one(own: Bench) -> None:
    latin = own.folder / "latin"
    latin.write_bytes(CANARY.encode() + b"\xff")
    every = own.subject.secrets("", "")
    of_files = [name for name in every if name.endswith("_FILE")]
    for text, path, refused in (("", "", every), ("", str(latin), every), (CANARY, CANARY, of_files)):
        service = own.run("serve", LOG_LEVEL="loud", **own.subject.secrets(text, path))
        assert service.wait() == CONFIGURATION, service.output()
        errors = service.logs("configuration refused")[0]["errors"]
        assert sorted(error.split(" must be ")[0] for error in errors) == sorted(["LOG_LEVEL", *refused])
        assert CANARY not in service.output()


@needs("secret-variable", "secret-file", "jobs")
def test_a_job_has_the_same_secrets(own: Bench) -> None:
    words = own.subject.answers["jobs"][0]["command"].split()
    assert own.run(*words).wait() == OK
    assert own.run(*words, **own.subject.secrets("", "")).wait() == CONFIGURATION
