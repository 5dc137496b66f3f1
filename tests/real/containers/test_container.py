"""A service in a container that has no more than a pod under Pod Security `restricted` (P02, P04, P05, P06, P08).

Orphans, and a stop under load, are shown by the experiments of tests/real/prove on the same services.
"""

from __future__ import annotations

import re
import signal
from pathlib import Path

from scaffold.prove.subject.read import ANY_FILE
from tests.real.conformance.contract import CONTRACT, OK, TERMINATED, differs, entries
from tests.real.conformance.service import SLACK, Bench, Connection, ask, wait_until
from tests.real.containers.conftest import Example, Running
from workshop import runtime

# Memory that every container has; no disk.
KERNEL = {"/dev/shm", "/dev/mqueue"}


def test_probes_answer_and_the_service_works(shared: Running) -> None:
    for path, rule in CONTRACT["probes"].items():
        assert shared.probe(path) == rule["ready"], path
    assert ask(shared.admin, CONTRACT["metrics"]["path"]).status == 200
    answer = ask(shared.port)
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


def test_dumb_init_is_pid_1_and_the_service_its_only_child(shared: Running) -> None:
    first, *others = shared.container.processes()
    assert (first.inside, Path(first.command[0]).name) == (1, "dumb-init")
    assert len(others) == 1, "one process a container"
    assert others[0].parent == shared.container.pid
    assert Path(others[0].command[0]).name not in ("sh", "bash", "dash")


def test_it_is_nobody_special(shared: Running) -> None:
    for process in shared.container.processes():
        assert set(process.uids) == {10001}
        assert set(process.gids) == {10001}
        assert process.capabilities == 0
        assert process.no_new_privileges


def test_only_the_answered_paths_can_be_written_to(shared: Running) -> None:
    container = shared.container
    find = container.exec("find", "/", "(", "-path", "/proc", "-o", "-path", "/sys", ")", "-prune", "-o",
                          "-type", "d", "-writable", "-print")  # fmt: skip
    answered = tuple(shared.example.writable)
    inside = {path for path in find.stdout.split() if path.startswith(tuple(f"{each}/" for each in answered))}
    assert set(find.stdout.split()) - KERNEL - inside == set(answered)
    for path in (
        "/",
        "/etc",
        "/usr/local/bin",
        "/var/tmp",
        "/home",
        shared.example.image.config.get("WorkingDir") or "/",
    ):
        refused = container.exec("touch", f"{path}/file")
        assert refused.returncode != 0, path
        assert re.search("Read-only file system|Permission denied", refused.stderr), refused.stderr
    for path in shared.example.writable:
        written = f"echo text > {path}/file && grep -q text {path}/file && rm {path}/file"
        assert container.exec("sh", "-c", written).returncode == 0, path
    assert ask(shared.port).status == 200


def test_the_service_writes_no_file(shared: Running) -> None:
    for _ in range(5):
        ask(shared.port)
    for path in shared.example.writable:
        assert shared.container.exec("find", path, "-type", "f").stdout == ""


def test_a_second_sigterm_ends_it_at_once(running: Running) -> None:
    held = Connection(running.port)
    assert held.ask().status == 200
    running.container.kill()
    wait_until(lambda: running.probe("/readyz") == 503, SLACK, "readiness is false")
    ended = running.container.stop(signal.SIGTERM)
    held.close()
    if differs(running.example.subject.language, "second_signal"):
        assert ended.code == OK, "the second signal has an effect: the difference is gone from the contract"
        return
    assert ended.code == TERMINATED
    assert ended.seconds < SLACK


def test_every_job_runs_from_the_same_image(example: Example, stubs: Bench) -> None:
    env = stubs.settings(secret=ANY_FILE)
    for job in example.subject.answers["jobs"]:
        words = job["command"].split()
        with runtime.run(example.image.id, env=env, writable=example.writable, command=words) as container:
            assert container.wait() == OK
            out, err = container.logs()
            assert [line["message"] for line in entries(out)][-1] == "job finished"
            assert err == ""
