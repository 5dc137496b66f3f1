"""The parts of `scaffold prove` that need no container: runner, clock, settings, manifests, load reports, sweep."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from scaffold.errors import OptionError
from scaffold.prove import load
from scaffold.prove.clock import Clock, OutOfTime, Stopped
from scaffold.prove.cluster.deployed import Deployed
from scaffold.prove.cluster.door import FromHere
from scaffold.prove.cluster.kubectl import Kubectl, is_local
from scaffold.prove.cluster.lab import ClusterLab
from scaffold.prove.cluster.stage import ClusterStage
from scaffold.prove.cluster.stubs import Stubs
from scaffold.prove.model import Experiment, Failed, Proof, Record, Skip, Stage, Verdict
from scaffold.prove.report.junit import as_junit
from scaffold.prove.runner import run_all
from scaffold.prove.runtime import LABEL, is_left
from scaffold.prove.select import choose, experiments
from scaffold.prove.subject.subject import Subject


@contextmanager
def open_clock(experiment: Experiment, clock: Clock) -> Iterator[Clock]:
    yield clock


def experiment(name: str, run: object, **rest: object) -> Experiment:
    return Experiment(name, Stage.CONTAINER, "?", "!", run, **rest)  # type: ignore[arg-type]


def fails(_: object, record: Record) -> None:
    record.measure("zombies", 2)
    record.expect(False, "two zombies")
    record.expect(True, "never said")
    raise Skip("not even asked")


def skips(_: object, record: Record) -> None:
    raise Skip("no shell")


def gives_up(_: object, record: Record) -> None:
    raise Failed("it ended")


def passes(_: object, record: Record) -> None:
    record.expect(True, "never said")


def hangs(clock: Clock, record: Record) -> None:
    clock.sleep(60)


def test_verdicts_follow_from_what_was_seen() -> None:
    tried = [experiment(f"P01-{run.__name__}", run, seconds=1) for run in (fails, skips, gives_up, passes, hangs)]
    began = time.monotonic()
    results = run_all(tried, open_clock)
    assert [each.verdict for each in results] == ["fail", "skip", "fail", "pass", "fail"]
    assert [each.reason for each in results] == ["two zombies", "no shell", "it ended", "", "not done within 1 s"]
    assert time.monotonic() - began < 10


def test_lone_experiments_run_when_nobody_else_does() -> None:
    running: set[str] = set()
    seen: dict[str, set[str]] = {}
    lock = threading.Lock()

    def work(name: str) -> object:
        def run(clock: Clock, _: Record) -> None:
            with lock:
                running.add(name)
                for each in running:
                    seen.setdefault(each, set()).update(running)
            clock.sleep(0.3)
            with lock:
                running.remove(name)

        return run

    names = {"P01-a": False, "P02-alone": True, "P03-b": False, "P04-alone": True}
    run_all([experiment(name, work(name), alone=alone) for name, alone in names.items()], open_clock)
    assert seen["P01-a"] == seen["P03-b"] == {"P01-a", "P03-b"}
    assert seen["P02-alone"] == {"P02-alone"}
    assert seen["P04-alone"] == {"P04-alone"}


def test_an_error_stops_the_others_and_waits_for_them() -> None:
    ended = []

    def broken(_: Clock, record: Record) -> None:
        time.sleep(0.2)
        raise ZeroDivisionError

    def long(clock: Clock, record: Record) -> None:
        try:
            clock.sleep(60)
        except Stopped:
            ended.append("long")
            raise

    with pytest.raises(ZeroDivisionError):
        run_all([experiment("P01-broken", broken), experiment("P02-long", long)], open_clock)
    assert ended == ["long"]


def test_a_clock_ends_every_wait() -> None:
    with pytest.raises(OutOfTime):
        Clock(0.1).sleep(5)
    with pytest.raises(OutOfTime):
        Clock(0.1).wait_until(lambda: False, 5)
    assert Clock(5).wait_until(lambda: False, 0.1) is None
    assert Clock(5).wait_until(lambda: True, 0.1) is not None


# --- choosing, reporting ----------------------------------------------------------------------------------------------


def test_experiments_are_chosen_by_pattern_id_or_stage() -> None:
    known = experiments()
    assert len({each.id for each in known}) == len(known)
    assert {each.pattern for each in choose(known, ["p02"])} == {"P02"}
    assert [each.id for each in choose(known, ["P02-stop"])] == ["P02-stop"]
    assert choose(known, []) == known
    with pytest.raises(OptionError, match="Did you mean P02-stop"):
        choose(known, ["P02-stopp"])


def test_junit_takes_every_character() -> None:
    def run(_: object, record: Record) -> None:
        record.measure("size", 1.5, "s")
        raise Failed("last words: \x1b[31m<red>\x00")

    results = run_all([experiment("P01-a", run), experiment("P02-b", skips)], open_clock)
    text = as_junit(Proof("app", "app:1", "docker", datetime.now(UTC), [("experiments", 1.0)], results))
    from xml.etree import ElementTree

    suite = ElementTree.fromstring(text)
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("2", "1", "1")
    assert "<red>" in (suite[0].find("failure").get("message") or "")  # type: ignore[union-attr]


# --- load -------------------------------------------------------------------------------------------------------------

LINES = """\
{"seq":1,"code":0,"timestamp":"2026-11-24T09:00:00.110000001+01:00","latency":5000000,"error":"Get \\"http://127.0.0.1:1/\\": dial tcp 127.0.0.1:1: connect: connection refused"}
{"seq":0,"code":200,"timestamp":"2026-11-24T09:00:00.1+01:00","latency":2000000,"error":""}
{"seq":2,"code":503,"timestamp":"2026-11-24T08:00:00.420Z","latency":1000000,"error":"503 Service Unavailable"}
"""


def test_a_load_is_told_request_by_request() -> None:
    report = load.report_of(LINES, rate=100)
    assert [round(shot.at, 3) for shot in report.shots] == [0, 0.01, 0.32]
    assert [shot.ok for shot in report.shots] == [True, False, False]
    assert report.lag == pytest.approx(0.3, abs=0.001)
    assert "1 x connection refused" in report.errors()
    with pytest.raises(Skip, match=r"fell 0\.30 s behind"):
        load.require_quick_client(report)
    assert report.quantile(0.5) == 0.002
    assert [len(each.points) for each in report.series()] == [1, 2]


def test_load_goes_nowhere_else() -> None:
    with (
        pytest.raises(ValueError, match="not an address of this machine"),
        load.Vegeta(("vegeta",)).attack("http://93.184.216.34/", Clock(5), rate=1, seconds=1),
    ):
        pass


# --- sweep ------------------------------------------------------------------------------------------------------------


def test_only_runs_that_have_ended_on_this_machine_are_swept() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True, check=True
    )
    here, mine = {f"{LABEL}.host": platform.node()}, f"{LABEL}.pid"
    assert is_left({**here, mine: ended.stdout.strip()})
    assert not is_left({**here, mine: str(os.getpid())})
    assert not is_left({f"{LABEL}.host": "elsewhere", mine: ended.stdout.strip()})
    assert not is_left({LABEL: "image"})


def test_verdict_names_are_what_machines_read() -> None:
    assert [str(each) for each in Verdict] == ["pass", "fail", "skip"]


@pytest.mark.parametrize(
    ("context", "server", "local"),
    [
        ("kind-dev", "https://10.1.2.3:6443", True),
        ("k3d-a", "https://0.0.0.0:6443", True),
        ("minikube", "https://192.168.49.2:8443", True),
        ("mine", "https://127.0.0.1:6443", True),
        ("mine", "https://[::1]:6443", True),
        ("mine", "https://localhost:6443", True),
        ("production", "https://203.0.113.7:6443", False),
        ("not-minikube", "https://kubernetes.example.com", False),
        ("localhost.example.com", "https://localhost.example.com", False),
    ],
)
def test_only_a_cluster_of_this_machine_is_used_unasked(context: str, server: str, local: bool) -> None:
    assert is_local(context, server) is local


@pytest.mark.parametrize(("limit", "rate"), [(0, 50), (1000, 50), (20, 14), (1, 1)])
def test_a_load_stays_below_what_a_limiter_lets_through(limit: float, rate: int, tmp_path: Path) -> None:
    """Else the rolling update would be blamed for what the limiter refuses."""
    subject = Subject("limited", tmp_path, limit_rate=limit)
    kubectl = Kubectl("kubectl", "kind-kind")
    deployed = Deployed(kubectl, [], "limited")
    stage = ClusterStage(subject, tmp_path, deployed, [], Stubs(kubectl, []), [], FromHere(deployed, "/"))
    assert ClusterLab(stage, experiment("P08-rolling", passes), Clock(1)).rate == rate
