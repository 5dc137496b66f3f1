"""Images under proof: one service a language, built as tests/real/containers builds it, and the twins."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Executor, ThreadPoolExecutor, wait
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.real.conformance.contract import FILE as CONTRACT
from tests.real.conftest import has_the_machine
from tests.support.answered import inputs_of
from tests.support.programs import CLUSTER, CONTAINERS
from tests.support.verdicts import Inputs
from workshop import runtime
from workshop.cluster import Cluster, cluster
from workshop.cluster import missing as no_cluster
from workshop.go_tools import missing as no_go
from workshop.go_tools import program
from workshop.goldens import ROOT
from workshop.machine import locked, turn
from workshop.standins import LANGUAGES, PYTHON, identity, provide

TWIN = Path(__file__).parent / "twin"
WAIT = 900
"""Seconds for an attempt that was begun beforehand: it may have to wait for others, and for tests that are `alone`."""


@dataclass(frozen=True)
class Run:
    """A run of the command: its exit code, what it printed, and its results where it printed JSON."""

    code: int
    out: str
    err: str

    @property
    def results(self) -> dict[str, dict[str, Any]]:
        return {each["id"]: each for each in json.loads(self.out)["experiments"]}

    def ids(self, verdict: str) -> set[str]:
        return {name for name, each in self.results.items() if each["verdict"] == verdict}

    def told(self) -> str:
        """Return every result that is no pass, for a message."""
        return "\n".join(
            f"{each['verdict']} {name}: {each['reason']}"
            for name, each in self.results.items()
            if each["verdict"] != "pass"
        )


def environment() -> dict[str, str]:
    """Return the environment in which the command finds this machine's podman and vegeta."""
    here = {name: value for name, value in runtime.environment().items() if not name.startswith("SCAFFOLD_")}
    return here if no_go() else {**here, "SCAFFOLD_VEGETA": str(program("vegeta"))}


def prove(*words: str | Path, env: Mapping[str, str] | None = None, timeout: float = 300) -> Run:
    """Run `scaffold prove`."""
    done = subprocess.run(
        [sys.executable, "-m", "scaffold", "prove", *words],
        env={**environment(), **(env or {})},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=timeout,
    )
    return Run(done.returncode, done.stdout, done.stderr)


def inputs_of_proof(*names: str, on_a_cluster: bool = False, values: object = None) -> Inputs:
    """Return what a run of the command depends on: the whole package, these services, and all base images."""
    programs = CLUSTER if on_a_cluster else (*CONTAINERS, "docker --version", "dumb-init --version")
    made_on = [] if runtime.missing(*LANGUAGES) else identity(*LANGUAGES)
    files = ("scaffold", "releases.yml", CONTRACT)
    return inputs_of(*names, files=files, programs=programs, values=[made_on, values])


class Attempts:
    """What came of the names that are tried beforehand, a few at once; any other is tried when it is asked for.

    Each attempt has a turn of its own on the machine: none runs while a test is `alone`.
    """

    def __init__(self, attempt: Callable[[str], Run], beforehand: Iterable[str], pool: Executor) -> None:
        """Start with the names that are tried beforehand."""
        self._attempt = attempt
        self._beforehand = {name: pool.submit(self._in_turn, name) for name in beforehand}

    def _in_turn(self, name: str) -> Run:
        with turn(alone=False):
            return self._attempt(name)

    def of(self, name: str, item: pytest.Item) -> Run:
        """Return what came of a name; a test that has the machine for itself gets an attempt of its own, in its turn."""
        if has_the_machine(item):
            return self._attempt(name)
        return self._beforehand[name].result(WAIT) if name in self._beforehand else self._in_turn(name)

    def wait(self) -> None:
        """Wait until all have ended that were tried beforehand."""
        wait(self._beforehand.values(), WAIT)


@contextmanager
def several(attempt: Callable[[str], Run], beforehand: Iterable[str], at_once: int) -> Iterator[Attempts]:
    """Give attempts, so many at once; those that nobody has waited for at the end are not begun."""
    pool = ThreadPoolExecutor(at_once)
    try:
        yield Attempts(attempt, beforehand, pool)
    finally:
        pool.shutdown(cancel_futures=True)


@pytest.fixture(scope="session")
def needs_containers() -> None:
    if reason := runtime.missing() or no_go():
        pytest.skip(reason)


@dataclass(frozen=True)
class Twins:
    """The small service's folder and image, from which every twin is made by a few lines of Dockerfile."""

    folder: Path
    reference: str

    def image(self, name: str, lines: str) -> str:
        """Return the image of a twin."""
        reference = f"localhost/kube-scaffold-test/twin:{name}"
        build(self.folder, reference, f"FROM {self.reference}\n{lines}\n")
        return reference


def build(folder: Path, reference: str, dockerfile: str, *arguments: str) -> None:
    command = [
        "buildah",
        "bud",
        "--isolation=chroot",
        "--format=docker",
        *arguments,
        f"--tag={reference}",
        "--file=-",
        folder,
    ]
    done = subprocess.run(
        command, env=runtime.environment(), input=dockerfile, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"


@pytest.fixture(scope="session")
def twins(needs_containers: None, tmp_path_factory: pytest.TempPathFactory) -> Twins:
    folder = tmp_path_factory.mktemp("twin") / "twin"
    shutil.copytree(TWIN, folder)
    shutil.copy("/usr/bin/dumb-init", folder / "dumb-init")
    shutil.copy("/usr/bin/true", folder / "gcc")
    reference = "localhost/kube-scaffold-test/twin:good"
    with locked("build"):
        build(folder, reference, (folder / "Dockerfile").read_text(), "--layers", f"--build-arg=BASE={provide(PYTHON)}")
    return Twins(folder, reference)


@pytest.fixture(scope="session")
def kubernetes(needs_containers: None) -> Iterator[Cluster]:
    """Give a cluster of one node, which has the image that dependencies are stubbed with."""
    if reason := no_cluster():
        pytest.skip(reason)
    with cluster() as made:
        made.load(provide(PYTHON))
        yield made


def on_cluster(kubernetes: Cluster, folder: Path, image: str, *words: str) -> Run:
    """Run the cluster stage on a folder's manifests and an image that the node has."""
    env = {"KUBECONFIG": kubernetes.env["KUBECONFIG"], "SCAFFOLD_STUB_IMAGE": provide(PYTHON)}
    return prove(folder, "--cluster", "--context=one-node", f"--image={image}", "--json", *words, env=env, timeout=500)


@pytest.fixture(scope="session")
def docker(needs_containers: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the address of a Docker daemon of our own, which touches nothing of this machine's network rules."""
    if not shutil.which("dockerd"):
        pytest.skip("docker: dockerd not found; workshop/install-system installs it")
    folder = tmp_path_factory.mktemp("docker")
    address = f"unix://{folder}/socket"
    options = [
        "--iptables=false",
        "--ip-forward=false",
        "--default-ulimit=nofile=1024:1024",
        "--default-ulimit=nproc=1024:1024",
    ]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            ["dockerd", *options, f"--host={address}", f"--data-root={folder}/data", f"--exec-root={folder}/exec",
             f"--pidfile={folder}/pid"], stdout=log, stderr=log,
        )  # fmt: skip
    env = {**os.environ, "DOCKER_HOST": address}
    try:
        ready = ["docker", "version"]
        while process.poll() is None and subprocess.run(ready, env=env, capture_output=True, check=False).returncode:
            time.sleep(0.2)
        if process.poll() is not None:
            pytest.skip(f"docker: dockerd does not run here: {(folder / 'log').read_text()[-300:]}")
        yield address
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        subprocess.run(["umount", "--lazy", folder / "data"], capture_output=True, check=False)  # the daemon leaves it
