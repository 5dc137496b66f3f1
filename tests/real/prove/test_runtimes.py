"""Docker does as podman, and what an engine tells is what the kernel tells: for engines that run on another machine."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from scaffold.prove.clock import Clock
from scaffold.prove.containers import processes, usage
from scaffold.prove.containers.container import RunningContainer
from scaffold.prove.runtime import Runtime, find_runtime
from tests.real.prove.conftest import Twins, prove
from workshop import runtime as podman

WORDS = [
    f"--only={each}"
    for each in ("P01", "P05", "P06", "P08-ready", "P08-drain", "P09", "P13-restricted", "P13-memory", "P13-full")
]


def load_into_docker(address: str, twins: Twins, folder: Path) -> None:
    podman.podman("save", "--format=docker-archive", f"--output={folder}/image", twins.reference)
    env = {**os.environ, "DOCKER_HOST": address}
    subprocess.run(["docker", "load", "--input", folder / "image"], env=env, check=True, capture_output=True)


@pytest.mark.optional  # a Docker daemon does not run everywhere, as in many a container
def test_docker_does_as_podman(docker: str, twins: Twins, tmp_path: Path) -> None:
    """The same experiments by the other runtime: ports, stubs, limits, processes, and nothing left at the end."""
    env = {"DOCKER_HOST": docker}
    load_into_docker(docker, twins, tmp_path)
    run = prove(twins.folder, "--runtime", "docker", "--image", twins.reference, "--json", *WORDS, env=env)
    assert run.ids("fail") == run.ids("skip") == set(), run.told()
    assert {"P05-files", "P06-read-only", "P08-drain", "P09-jobs", "P13-memory"} <= run.ids("pass")
    for kind in ("ps --all", "volume ls"):
        left = subprocess.run(
            ["docker", *kind.split(), "--quiet"], env={**os.environ, **env}, check=True, capture_output=True
        )
        assert left.stdout == b""


@pytest.fixture(params=[pytest.param("docker", marks=pytest.mark.optional), "podman"])
def container(
    request: pytest.FixtureRequest, twins: Twins, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[RunningContainer]:
    """Give a container of the small service, in each of the two."""
    if request.param == "docker":
        address = request.getfixturevalue("docker")
        load_into_docker(address, twins, tmp_path)
        monkeypatch.setenv("DOCKER_HOST", address)
    monkeypatch.setenv("CONTAINERS_CONF", podman.environment()["CONTAINERS_CONF"])
    runtime: Runtime = find_runtime(request.param)
    identity = runtime.call("run", "--detach", *runtime.labels("test"), twins.reference).strip()
    try:
        with httpx.Client() as http:
            yield RunningContainer(identity, runtime, Clock(60), http, {}, 0.0)
    finally:
        runtime.end_run()


def test_the_engine_tells_the_same_processes_as_the_kernel(container: RunningContainer) -> None:
    container.exec("sh", "-c", "sleep 30 & sleep 0.1")
    near = processes._from_proc(container.pid)
    far = processes._from_top(container.runtime, container.id)
    assert [each.name for each in near] == ["dumb-init", "python", "sleep"]
    assert family(near) == family(far)


def family(found: list[processes.Process]) -> list[tuple[str, str | None, int]]:
    """Return each process by its name, with its parent's and its user: engines may number them otherwise."""
    names = {each.pid: each.name for each in found}
    return [(each.name, names.get(each.parent), each.uid) for each in found]


def test_the_engine_tells_about_the_same_usage_as_the_kernel(container: RunningContainer) -> None:
    near, far = usage.Meter(container).read(), usage._from_engine(container)
    assert near
    assert near.cpu_seconds is not None
    assert far.cpu_share is not None
    assert near.memory == pytest.approx(far.memory, rel=0.5, abs=4 * 2**20)


def test_mounts_are_read_from_inside_where_the_kernel_is_another(
    container: RunningContainer, monkeypatch: pytest.MonkeyPatch
) -> None:
    near = container.mounts()
    monkeypatch.setattr("scaffold.prove.containers.container.mountinfo", lambda *_: None)
    assert container.mounts() == near
    assert ("/", "overlay", True) in near
