"""Images under proof: one service a language, built as tests/containers builds it, and the twins."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support import runtime
from tests.support.go_tools import missing as no_go
from tests.support.go_tools import program
from tests.support.goldens import ROOT
from tests.support.machine import locked
from tests.support.standins import PYTHON, provide

TWIN = Path(__file__).parent / "twin"


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
    return {**here, "SCAFFOLD_VEGETA": str(program("vegeta"))}


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
