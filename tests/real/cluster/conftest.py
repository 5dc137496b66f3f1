"""The seed's demo, deployed once: a frontend that needs `mail` and would like to have `weather`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from scaffold.engine.answers import Answers
from scaffold.engine.answers_file import read_answers
from scaffold.files.folder import write_files
from tests.real.conformance.contract import FILE as CONTRACT
from tests.real.conformance.subjects import Subject
from tests.support.answered import given, inputs_of
from tests.support.programs import CLUSTER
from tests.support.verdicts import Inputs
from workshop import runtime
from workshop.cluster import Cluster, cluster, missing
from workshop.goldens import ROOT, engine, rendered
from workshop.machine import locked
from workshop.standins import identity, sidecar

DEMO = ("mail", "weather", "frontend")
OVERLAY = "production"
VERSION = "0.1.0"  # what the overlay names


PATIENT = 8.0
"""Seconds for a critical dependency: on a busy machine a time-out is no lost request."""


def deployed(name: str) -> Answers:
    """Return the answers of a service of the demo: the example's, with more patience for critical dependencies."""
    given = read_answers(ROOT / "examples" / f"{name}.yml")
    for each in given.get("dependencies", []):
        each["timeout"] = PATIENT if each["kind"] == "critical" else each["timeout"]
    return engine()[1].resolve(given)


@cache
def inputs_of_demo(*files: str) -> Inputs:
    """Return what a test of the demo depends on: what the three services are rendered to, and what makes the cluster."""
    made_on = [] if runtime.missing() else identity(*{Subject(name).language: None for name in DEMO})
    services = [given(deployed(name)) for name in DEMO]
    return inputs_of(*DEMO, files=(CONTRACT, *files), programs=CLUSTER, values=[made_on, services])


@pytest.fixture(scope="session")
def kubernetes() -> Iterator[Cluster]:
    """Give a cluster of one node."""
    reason = missing() or runtime.missing()
    if reason:
        pytest.skip(reason)
    with cluster() as made:
        yield made


@dataclass(frozen=True)
class Demo:
    """The deployed demo: its cluster, its namespace, and the folder of each service."""

    cluster: Cluster
    namespace: str
    folders: dict[str, Path]
    images: dict[str, str]

    def kubectl(self, *words: str | Path, **rest: object) -> str:
        return self.cluster.kubectl("--namespace", self.namespace, *words, **rest)  # type: ignore[arg-type]

    def apply(self, name: str) -> None:
        """Deploy a service's overlay and wait for its rollout."""
        self.cluster.kubectl("apply", "--kustomize", self.folders[name] / "deploy/overlays" / OVERLAY)
        self.rolled_out(name)

    def rolled_out(self, name: str) -> None:
        self.kubectl("rollout", "status", f"deployment/{name}", "--timeout=150s")

    def address(self, name: str) -> str:
        """Return the cluster address of a service."""
        found: str = self.cluster.get("--namespace", self.namespace, "service", name)["spec"]["clusterIP"]
        return found


@pytest.fixture(scope="session")
def demo(kubernetes: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Build the three images, load them, and deploy the three overlays into one restricted namespace."""
    folders, images = {}, {}
    namespace = deployed("frontend").context["kubernetes_namespace"]
    for name in DEMO:
        answers = deployed(name).context
        if reason := runtime.missing(answers["language"]):
            pytest.skip(reason)
        folders[name] = tmp_path_factory.mktemp(name)
        write_files(folders[name], rendered(deployed(name)))
        images[name] = f"{answers['image']}:{VERSION}"
        with locked("build"):
            runtime.build(folders[name], answers["language"], images[name], {"VERSION": VERSION})
    for name in DEMO:
        context = deployed(name).context
        for chosen in context["sidecars_in_pod"].values():
            images[chosen] = f"docker.io/{context['sidecars'][chosen]['image']}"
            sidecar(chosen, images[chosen])
    kubernetes.load(*images.values())
    labels = {
        "pod-security.kubernetes.io/enforce": "restricted",
        "pod-security.kubernetes.io/enforce-version": "latest",
    }
    kubernetes.kubectl("create", "namespace", namespace)
    kubernetes.kubectl("label", "namespace", namespace, *(f"{name}={value}" for name, value in labels.items()))
    made = Demo(kubernetes, namespace, folders, images)
    *others, last = DEMO
    for name in others:  # both at once; what needs them comes last
        kubernetes.kubectl("apply", "--kustomize", folders[name] / "deploy/overlays" / OVERLAY)
    for name in others:
        made.rolled_out(name)
    made.apply(last)
    return made
