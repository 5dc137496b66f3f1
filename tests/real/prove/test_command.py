"""The command around the experiments: what it leaves behind when it is stopped, and what it says when it can't work."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scaffold.prove.runtime import LABEL
from tests.real.prove.conftest import Twins, build, environment, prove
from workshop.go_tools import program
from workshop.goldens import ROOT
from workshop.runtime import podman


def labelled(name: str = LABEL) -> set[str]:
    return set(podman("ps", "--all", "--quiet", "--no-trunc", f"--filter=label={name}").stdout.split())


def of_run(process: subprocess.Popen[str]) -> set[str]:
    return labelled(f"{LABEL}.pid={process.pid}")


def wait_for(what: Callable[[], object], patience: float = 60) -> None:
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < patience
        time.sleep(0.1)


@pytest.fixture
def running(twins: Twins) -> Iterator[subprocess.Popen[str]]:
    """Give a run that has started a container and its load."""
    image = twins.image("deaf", "ENV ANTIPATTERN=deaf")  # its experiment takes long
    process = subprocess.Popen(
        [sys.executable, "-m", "scaffold", "prove", twins.folder, "--image", image, "--only", "P02-stop", "--only", "P13-load"],
        env=environment(), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    try:
        wait_for(lambda: of_run(process))
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
        if left := of_run(process):
            podman("rm", "--force", "--time=0", *left)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_an_interrupted_run_leaves_nothing(running: subprocess.Popen[str], number: signal.Signals) -> None:
    os.killpg(running.pid, number)  # as a terminal does: to all that the command has started, too
    _, err = running.communicate(timeout=60)
    assert running.returncode == 128 + number, err
    assert "Interrupted: everything that it started is removed.\n" in err
    assert "Traceback" not in err
    assert of_run(running) == set()


def test_what_a_killed_run_leaves_is_swept_and_nothing_else(running: subprocess.Popen[str], twins: Twins) -> None:
    foreign = podman("run", "--detach", twins.reference).stdout.strip()
    try:
        assert prove("--sweep").code == 0
        assert of_run(running), "a sweep ended what a run still uses"
        running.kill()
        running.communicate()
        left = of_run(running)
        assert left
        swept = prove("--sweep")
        assert (swept.code, of_run(running)) == (0, set())
        assert f"{len(left)} containers" in swept.err
        assert podman("inspect", "--format={{.State.Running}}", foreign).stdout.strip() == "true"
    finally:
        podman("rm", "--force", "--time=0", foreign)


def test_an_image_without_a_shell_and_without_answers(needs_containers: None, tmp_path: Path) -> None:
    """What can't be tried is skipped with a reason, and what can be is tried: the image holds one static program."""
    shutil.copy(shutil.which("catatonit") or "", tmp_path / "server")  # it is linked statically
    reference = "localhost/kube-scaffold-test/bare:1"
    build(tmp_path, reference, 'FROM scratch\nCOPY server /server\nENTRYPOINT ["/server"]\nCMD ["-V"]\n')
    run = prove(
        tmp_path,
        "--image",
        reference,
        "--json",
        "--only",
        "P01",
        "--only",
        "P09",
        "--only",
        "P12",
        "--only",
        "P02-stop",
    )
    assert run.code == 1
    assert run.ids("pass") == {"P01-contents"}
    assert run.ids("skip") == {"P09-jobs", "P12-configurations", "P12-wrong"}
    assert "it ended with 0 before it was ready" in run.results["P02-stop"]["reason"]


@pytest.mark.alone  # its load fails where another suite takes the CPU
def test_the_load_generator_comes_from_an_image(twins: Twins, tmp_path: Path) -> None:
    shutil.copy(program("vegeta"), tmp_path / "vegeta")
    reference = "localhost/kube-scaffold-test/vegeta:1"
    build(tmp_path, reference, f"FROM {twins.reference}\nCOPY vegeta /usr/bin/vegeta\n")
    options = ("--image", twins.reference, "--only", "P08-drain", "--json")
    run = prove(twins.folder, *options, "--load-image", reference, env={"SCAFFOLD_VEGETA": ""})
    assert run.ids("pass") == {"P08-drain"}, run.told()
    assert labelled(f"{LABEL}.experiment=load") == set()
    without = prove(twins.folder, *options, env={"SCAFFOLD_VEGETA": "", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"})
    assert "needs the load generator vegeta" in without.results["P08-drain"]["reason"]


def test_the_network_of_the_machine(twins: Twins) -> None:
    run = prove(
        twins.folder, "--image", twins.reference, "--network", "host", "--only", "P05", "--only", "P12", "--json"
    )
    assert run.ids("pass") == {"P05-lines", "P05-files", "P12-configurations", "P12-wrong"}, run.told()


def test_without_a_runtime_it_says_what_to_install(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\n")
    run = prove(tmp_path, "--json", env={"PATH": str(tmp_path)})
    assert run.code == 9
    assert "docker is not on the PATH; podman is not on the PATH" in run.err
    assert "https://" in run.err


def test_a_build_that_fails_and_an_image_that_is_not_there(needs_containers: None, tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM scratch\nCOPY nothing /\n")
    run = prove(tmp_path)
    assert (run.code, "nothing" in run.err) == (13, True), run.err
    missing = prove(tmp_path, "--image", "localhost/kube-scaffold-test/none:1")
    assert missing.code == 13
    assert "localhost/kube-scaffold-test/none:1: there is no such image here" in missing.err


def test_a_report_that_can_not_be_written_and_a_wrong_name(tmp_path: Path) -> None:
    run = prove(tmp_path, "--only", "P99")
    assert (run.code, "no such pattern" in run.err) == (2, True)
    assert prove(tmp_path).code == 12
