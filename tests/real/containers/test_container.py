"""A service in a container that has no more than a pod under Pod Security `restricted` (P02, P04, P05, P06, P08)."""

from __future__ import annotations

import re
import signal
import time
from pathlib import Path

import pytest

from tests.real.conformance.contract import CONTRACT, OK, TERMINATED, entries
from tests.real.conformance.service import SLACK, Bench, Connection, ask, connects, wait_until
from tests.real.containers.conftest import Example, Running, ports_of
from tests.support import load
from workshop import runtime
from workshop.runtime import Container, Process

# Memory that every container has; no disk.
KERNEL = {"/dev/shm", "/dev/mqueue"}


def test_probes_answer_and_the_service_works(running: Running) -> None:
    for path, rule in CONTRACT["probes"].items():
        assert running.probe(path) == rule["ready"], path
    assert ask(running.admin, CONTRACT["metrics"]["path"]).status == 200
    answer = ask(running.port)
    assert answer.status == 200
    assert answer.json["degraded"] == []


def test_logs_are_json_on_stdout_and_nothing_else(running: Running) -> None:
    for path in ("/", "/no/such/route"):
        ask(running.port, path)
    ended = running.container.stop()
    assert ended.code == OK
    out, err = running.container.logs()
    messages = [line["message"] for line in entries(out)]
    assert {"started", "request", "draining", "stopped"} <= set(messages)
    assert err == ""


def test_dumb_init_is_pid_1_and_the_service_its_only_child(running: Running) -> None:
    first, *others = running.container.processes()
    assert (first.inside, Path(first.command[0]).name) == (1, "dumb-init")
    assert len(others) == 1, "one process a container"
    assert others[0].parent == running.container.pid
    assert Path(others[0].command[0]).name not in ("sh", "bash", "dash")


def test_it_is_nobody_special(running: Running) -> None:
    for process in running.container.processes():
        assert set(process.uids) == {10001}
        assert set(process.gids) == {10001}
        assert process.capabilities == 0
        assert process.no_new_privileges


def orphan(container: Container) -> Process:
    """Leave a process behind in the container whose parent has gone; return it."""
    assert container.exec("sh", "-c", "sleep 0.7 & sleep 0.1").returncode == 0
    left = [process for process in container.processes() if process.command[:1] == ("sleep",)]
    assert len(left) == 1
    return left[0]


def zombies(container: Container) -> list[Process]:
    return [process for process in container.processes() if process.state == "Z"]


def test_orphans_are_reaped(running: Running) -> None:
    assert orphan(running.container).parent == running.container.pid
    time.sleep(1)
    assert zombies(running.container) == []


def test_without_dumb_init_orphans_stay_as_zombies(example: Example, running: Running) -> None:
    """The twin of the test above: the same experiment notices when the pattern is missing."""
    bare = example.image.config["Entrypoint"][2:]
    numbers = ports_of(example.subject)
    env = running.bench.settings() | {name: str(number) for name, number in numbers.items()}
    options = {"env": env, "writable": example.writable, "entry_point": bare, "command": example.image.config["Cmd"]}
    with runtime.run(example.image.id, **options) as container:
        wait_until(lambda: connects(numbers["ADMIN_PORT"]), 90, "the service without dumb-init")
        orphan(container)
        time.sleep(1)
        assert len(zombies(container)) == 1


def test_only_the_answered_paths_can_be_written_to(running: Running) -> None:
    container = running.container
    find = container.exec("find", "/", "(", "-path", "/proc", "-o", "-path", "/sys", ")", "-prune", "-o",
                          "-type", "d", "-writable", "-print")  # fmt: skip
    assert set(find.stdout.split()) - KERNEL == set(running.example.writable)
    for path in (
        "/",
        "/etc",
        "/usr/local/bin",
        "/var/tmp",
        "/home",
        running.example.image.config.get("WorkingDir") or "/",
    ):
        refused = container.exec("touch", f"{path}/file")
        assert refused.returncode != 0, path
        assert re.search("Read-only file system|Permission denied", refused.stderr), refused.stderr
    for path in running.example.writable:
        assert container.exec("sh", "-c", f"echo text > {path}/file && grep -q text {path}/file").returncode == 0, path
    assert ask(running.port).status == 200


def test_the_service_writes_no_file(running: Running) -> None:
    for _ in range(5):
        ask(running.port)
    for path in running.example.writable:
        assert running.container.exec("find", path, "-type", "f").stdout == ""


@pytest.mark.skipif(load.missing() is not None, reason=load.missing() or "")
def test_sigterm_under_load_costs_no_request(running: Running, tmp_path: Path) -> None:
    """As in the conformance suite, with dumb-init between: the load ends a second after readiness does."""
    shutdown = running.example.subject.answers["shutdown_seconds"]
    held = Connection(running.port)
    assert held.ask().status == 200
    with load.load(f"http://127.0.0.1:{running.port}/", tmp_path, rate=30, seconds=60) as attack:
        time.sleep(2)
        began = time.monotonic()
        running.container.kill()
        wait_until(lambda: running.probe("/readyz") == 503, SLACK, "readiness is false")
        time.sleep(0.7)
        attack.end()
        report = attack.report()
    held.close()
    assert report.ok > 50, report
    assert report.failed == 0, report
    assert running.container.wait() == OK
    assert time.monotonic() - began < shutdown


def test_a_second_sigterm_ends_it_at_once(running: Running) -> None:
    held = Connection(running.port)
    assert held.ask().status == 200
    running.container.kill()
    wait_until(lambda: running.probe("/readyz") == 503, SLACK, "readiness is false")
    ended = running.container.stop(signal.SIGTERM)
    held.close()
    assert ended.code == TERMINATED
    assert ended.seconds < SLACK


def test_every_job_runs_from_the_same_image(example: Example, stubs: Bench) -> None:
    env = stubs.settings()
    for job in example.subject.answers["jobs"]:
        words = job["command"].split()
        with runtime.run(example.image.id, env=env, writable=example.writable, command=words) as container:
            assert container.wait() == OK
            out, err = container.logs()
            assert [line["message"] for line in entries(out)][-1] == "job finished"
            assert err == ""
