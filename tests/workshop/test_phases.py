"""What keeps CI bounded and honest: commands and phases that end, and skips that count."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import pytest

from tests.real.conformance.service import wait_until
from tests.real.conftest import SUITES
from workshop import command, phases
from workshop.aside import GROUPS, LOWEST, TEST_SECONDS, parents_of, put_aside
from workshop.goldens import ROOT


def runs(pid: int) -> bool:
    """Tell whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_a_command_that_hangs_is_ended_with_its_children_and_its_output_is_shown() -> None:
    began = time.monotonic()
    with pytest.raises(command.HungError, match="not done within 1 s") as told:
        command.run(["sh", "-c", "sleep 60 & echo child $!; wait"], seconds=1)
    assert time.monotonic() - began < 30
    child = int(str(told.value).rpartition("child ")[2])
    wait_until(lambda: not runs(child), 10, "the child is gone")


def test_a_command_that_fails_is_shown() -> None:
    with pytest.raises(RuntimeError, match=r"(?s)exit code 3\n.*what went wrong"):
        command.succeed(["sh", "-c", "echo what went wrong >&2; exit 3"], seconds=30)


def test_a_phase_has_a_limit(capfd: pytest.CaptureFixture[str]) -> None:
    said = "import time\ntry:\n  time.sleep(60)\nexcept KeyboardInterrupt:\n  print('where it was')"
    (ended,) = phases.run([phases.Phase("hangs", (sys.executable, "-c", said), minutes=1 / 30)])
    assert ended.code != 0
    assert ended.seconds < 30
    assert "where it was" in capfd.readouterr().out
    assert "FAILED (not done within" in str(ended)


def test_a_phase_aside_runs_while_the_next_one_does_and_is_shown_whole(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    waits = f"until [ -e {tmp_path}/there ]; do sleep 0.1; done; echo found; cat /proc/self/cgroup; exit 3"
    aside = phases.Phase("waits", ("sh", "-c", waits), 1, aside=True)
    makes = phases.Phase("makes", ("sh", "-c", f"touch {tmp_path}/there; echo made"), 1)
    ended = phases.run([aside, makes])
    assert [(each.phase, each.code) for each in ended] == [(aside, 3), (makes, 0)]
    assert re.search(r"(?s)made\n.*==> waits\nfound\n", capfd.readouterr().out)


@pytest.mark.aside
def test_a_test_that_runs_aside_has_time(request: pytest.FixtureRequest) -> None:
    limit = request.node.get_closest_marker("timeout")
    assert limit is not None and limit.args == (TEST_SECONDS,)


def test_a_phase_aside_ends_with_the_others_where_they_are_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pid = tmp_path / "pid"
    aside = phases.Phase("sleeps", ("sh", "-c", f"echo $$ > {pid}; exec sleep 60"), 1, aside=True)
    start = phases.start

    def interrupted(phase: phases.Phase, *out: IO[str]) -> phases.Running:
        if not phase.aside:
            wait_until(lambda: pid.exists() and bool(pid.read_text()), 30, "it runs")
            raise KeyboardInterrupt
        return start(phase, *out)

    monkeypatch.setattr(phases, "start", interrupted)
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        phases.run([aside, phases.Phase("next", ("true",), 1)])
    assert time.monotonic() - began < 50
    assert not runs(int(pid.read_text()))


def test_who_is_aside_is_in_an_idle_group_and_as_nice_as_can_be() -> None:
    process = subprocess.Popen(["sleep", "60"], start_new_session=True)
    try:
        group = put_aside(process.pid)
        assert os.getpriority(os.PRIO_PROCESS, process.pid) == LOWEST
        if (autogroup := Path(f"/proc/{process.pid}/autogroup")).exists():
            assert autogroup.read_text().endswith(f" nice {LOWEST}\n")
        if group is not None:
            assert (group / "cpu.idle").read_text() == "1\n"
            assert str(process.pid) in (group / "cgroup.procs").read_text().split()
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("memberships", "parents"),
    [
        ("2:cpu,cpuacct:/a\n1:name=systemd:/b\n", ["cpu,cpuacct/a"]),
        ("0::/user.slice/session\n", ["user.slice", "user.slice/session"]),
        ("0::/\n", ["."]),
        ("", []),
    ],
)
def test_both_versions_of_control_groups_are_known(memberships: str, parents: list[str]) -> None:
    assert list(parents_of(memberships)) == [GROUPS / each for each in parents]


def test_every_suite_is_in_a_phase() -> None:
    words = [word for phase in phases.TESTS for word in phase.command]
    assert {"aside", "not clock and not aside"} <= set(words)
    assert sorted(word for word in words if word.startswith("tests/")) == sorted(
        f"tests/real/{each}" for each in SUITES
    )


GROUPED = """
import os, pytest

@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize("group", [pytest.param(each, marks=pytest.mark.xdist_group(each)) for each in "ab"])
def test_it(group, number):
    with open(group, "a") as file:
        file.write(os.environ["PYTEST_XDIST_WORKER"] + " ")
"""


def test_a_group_stays_with_one_worker(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(GROUPED)
    command.succeed([sys.executable, "-m", "pytest", "-q", *phases.BY_SIDE, tmp_path], seconds=240, cwd=tmp_path)
    assert [len(set((tmp_path / each).read_text().split())) for each in "ab"] == [1, 1]


SKIPS = """
import pytest

def test_it():
    pytest.skip("no such tool")

@pytest.mark.optional
def test_other():
    pytest.skip("nobody has it")
"""


@pytest.mark.parametrize(("required", "wanted"), [("all", "1 failed, 1 skipped"), ("", "2 skipped")])
def test_a_skip_fails_where_all_is_required(tmp_path: Path, required: str, wanted: str) -> None:
    (tmp_path / "test_skips.py").write_text(SKIPS)
    words = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.conftest", "-c", ROOT / "pyproject.toml"]
    done = subprocess.run(
        [sys.executable, *words, "--rootdir", tmp_path, tmp_path], cwd=ROOT, capture_output=True, text=True, check=False,
        env=os.environ | {"KUBE_SCAFFOLD_REQUIRE": required},
    )  # fmt: skip
    assert wanted in done.stdout, done.stdout + done.stderr
    assert ("no such tool" in done.stdout) and ("nobody has it" in done.stdout)


def test_a_test_that_hangs_fails_once(tmp_path: Path) -> None:
    (tmp_path / "test_hangs.py").write_text("import time\n\ndef test_it():\n    time.sleep(60)\n")
    words = ["-m", "pytest", "-q", "--timeout=1", "--reruns=2", "-p", "no:cacheprovider", "-c", ROOT / "pyproject.toml"]
    began = time.monotonic()
    done = subprocess.run(
        [sys.executable, *words, "--rootdir", tmp_path, tmp_path], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert "\n1 failed in" in done.stdout, done.stdout  # else: 1 failed, 2 rerun
    assert time.monotonic() - began < 30
