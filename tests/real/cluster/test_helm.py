"""The demo's `mail` once more, by its chart: installed, upgraded and rolled back under load, uninstalled.

All of it by the service's own Makefile, as its README has it. `test_demo.py` has the twin that loses requests.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from scaffold.files.folder import write_files
from tests.real.cluster.asking import changed_under_load, pods
from tests.real.cluster.conftest import OVERLAY, Demo, deployed
from tests.support import load
from workshop import command, helm, judges
from workshop.goldens import engine, rendered
from workshop.standins import sidecar

NAME, NAMESPACE = "mail", "webmail-by-helm"
KINDS = "all,configmaps,serviceaccounts,poddisruptionbudgets,networkpolicies,horizontalpodautoscalers"


@dataclass(frozen=True)
class Released:
    """The service in a namespace of its own, and what runs its Makefile."""

    demo: Demo
    programs: Path  # a folder for each major version of helm

    def make(self, *words: str, major: str = "4") -> str:
        words = ("make", *words, "CONTEXT=one-node")
        return command.succeed([*words], cwd=self.demo.folders[NAME], env=self.env(major), seconds=400)

    def env(self, major: str) -> dict[str, str]:
        """Return the environment in which `helm` is that version."""
        programs = judges.with_programs()
        path = f"{self.programs / major}:{programs['PATH']}"
        return {**programs, "PATH": path, "KUBECONFIG": self.demo.cluster.env["KUBECONFIG"]}

    def level(self) -> str:
        """Return the LOG_LEVEL that its pods read."""
        found = self.demo.cluster.get("--namespace", NAMESPACE, "configmap", f"{NAME}-config")
        return str(found["data"]["LOG_LEVEL"])


@pytest.fixture
def released(demo: Demo, tmp_path: Path) -> Iterator[Released]:
    """Give the service as only Helm deploys it, before it is installed."""
    answers = engine()[1].resolve({**deployed(NAME).told, "manifests": "helm", "kubernetes_namespace": NAMESPACE})
    write_files(tmp_path / NAME, rendered(answers))
    for major in helm.LAYERS:
        (tmp_path / major).mkdir()
        (tmp_path / major / "helm").symlink_to(helm.program(major))
    asking = f"docker.io/{answers.context['pins']['nginx_image']}"  # the image of the pod of `helm test`
    sidecar("nginx", asking)
    demo.cluster.load(asking)
    apart = replace(demo, namespace=NAMESPACE, folders={NAME: tmp_path / NAME})
    demo.cluster.kubectl("create", "namespace", NAMESPACE)
    demo.cluster.kubectl("label", "namespace", NAMESPACE, "pod-security.kubernetes.io/enforce=restricted")
    try:
        yield Released(apart, tmp_path)
    finally:
        demo.cluster.kubectl("delete", "namespace", NAMESPACE, "--wait=false")


@pytest.mark.skipif(bool(helm.missing()), reason=str(helm.missing()))
@pytest.mark.skipif(load.missing() is not None, reason=load.missing() or "")
def test_a_release_lives(released: Released, tmp_path: Path) -> None:
    demo = released.demo
    assert "deprecated" not in released.make(f"deploy-{OVERLAY}")
    replicas = deployed(NAME).context["replicas"]  # a new Deployment has one pod until the autoscaler adds the others
    demo.cluster.wait_for(lambda: len(pods(demo, NAME)) == replicas, 60, f"the autoscaler keeps {replicas} pods")
    demo.rolled_out(NAME)
    released.make(f"test-{OVERLAY}")

    def change() -> None:
        released.make(f"deploy-{OVERLAY}", "HELM_OPTIONS=--set config.LOG_LEVEL=warn")
        assert released.level() == "warn"
        changed = {pod["metadata"]["uid"] for pod in pods(demo, NAME)}
        with pytest.raises(RuntimeError, match="has been rolled back"):
            released.make(f"deploy-{OVERLAY}", "HELM_OPTIONS=--set image.tag=nobody-built-it --timeout 10s", major="3")
        assert released.level() == "warn", "a release that fails leaves the one before it"
        released.make("rollback")
        assert released.level() == "info", "neither to the one that failed, nor to the same again"
        assert changed.isdisjoint(pod["metadata"]["uid"] for pod in pods(demo, NAME)), "a changed value rolls the pods"

    report = changed_under_load(demo, NAME, tmp_path, change)
    assert report.ok > 400, report
    assert report.failed == 0, report
    gone = ["helm", "uninstall", f"{NAME}-{OVERLAY}", "--wait", "--namespace", NAMESPACE]
    command.succeed(gone, env=released.env("3"), seconds=120)
    left = demo.kubectl("get", KINDS, f"--selector=app.kubernetes.io/part-of={NAME}", "--output=name").split()
    assert [each for each in left if not each.startswith("pod/")] == [], "nothing stays but pods on their way out"
