"""A service's own Makefile deploys it again and brings it back: what its README tells people to type."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.real.cluster.conftest import OVERLAY, Demo
from workshop import command, judges

NAME, JOB = "frontend", "frontend-warm-up"


def make(demo: Demo, folder: Path, *verbs: str) -> None:
    env = judges.with_programs() | {"KUBECONFIG": demo.cluster.env["KUBECONFIG"]}
    command.succeed(["make", *verbs], cwd=folder, env=env, seconds=240)


def configuration(demo: Demo) -> str:
    """Return the name of the ConfigMap that the pods of the current version read."""
    pod = demo.cluster.get("--namespace", demo.namespace, "deployment", NAME)["spec"]["template"]["spec"]
    return str(pod["containers"][0]["envFrom"][0]["configMapRef"]["name"])


def job(demo: Demo) -> str:
    return str(demo.cluster.get("--namespace", demo.namespace, "job", JOB)["metadata"]["uid"])


@pytest.mark.skipif(not shutil.which("make"), reason="make is not installed")
def test_a_change_is_deployed_and_rolled_back(demo: Demo, tmp_path: Path) -> None:
    folder = tmp_path / NAME
    shutil.copytree(demo.folders[NAME], folder)
    demo.kubectl("wait", "--for=condition=complete", f"job/{JOB}", "--timeout=90s")
    config, ran = configuration(demo), job(demo)
    values = folder / "deploy/base/config.env"
    values.write_text(values.read_text().replace("LOG_LEVEL=info", "LOG_LEVEL=warn"))
    make(demo, folder, "namespaces", f"deploy-{OVERLAY}")
    labels = demo.cluster.get("namespace", f"{demo.namespace}-dev")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted", "the missing namespace was made"
    assert configuration(demo) != config, "a changed value is another ConfigMap, so the pods roll (P12)"
    assert job(demo) != ran, "the finished job went and ran anew"
    make(demo, folder, "rollback")
    assert configuration(demo) == config
    demo.kubectl("wait", "--for=condition=complete", f"job/{JOB}", "--timeout=90s")
    make(demo, demo.folders[NAME], f"deploy-{OVERLAY}")  # the others find what they had
    assert configuration(demo) == config
