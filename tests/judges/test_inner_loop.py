"""Skaffold's and the editors' own schemas accept what tries a change, and Starlark runs the Tiltfile."""

from __future__ import annotations

import copy
import json
import subprocess
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from tests.judges.inner_loop.update import SCHEMAS
from tests.support.loops import files
from workshop import go_tools

pytestmark = pytest.mark.judges

KNOWN = json.loads(SCHEMAS.read_text())
CONTAINERS = ("everything-go", "everything-java", "everything-python", "everything-rust", "everything-typescript")
HARD = "gke_my-project_europe-west1:dev/team@home"
LOOPS = [("everything-go", "helm"), ("everything-go", "kustomize"), ("awkward", "kustomize"), ("frontend-rust", "both")]
# What Tilt gives to a Tiltfile, as far as it is used: each call is printed.
TILT = """
def call(name):
    return lambda *places, **names: print(json.encode([name, places, names])) or name
allow_k8s_contexts, docker_build, kustomize, helm = call("allow"), call("build"), call("kustomize"), call("helm")
k8s_yaml, k8s_resource = call("yaml"), call("resource")
k8s_context = lambda: "%s"
"""


def judge(name: str, found: Any) -> None:
    jsonschema.validate(found, KNOWN[name]["schema"])


@pytest.mark.parametrize("example", CONTAINERS)
def test_editors_accept_the_container(example: str) -> None:
    answers = files(example, devcontainer=True)
    found = json.loads(answers[".devcontainer/devcontainer.json"])
    judge("devcontainer", found)
    assert found["postCreateCommand"] == "make setup"
    assert all(version.rpartition(":")[2][:1].isdigit() for version in [found["image"], *found["features"]])
    (build,) = [line.partition("=")[2] for line in answers["Dockerfile"].splitlines() if "ARG BUILD_IMAGE=" in line]
    assert found["image"] == build.replace("-slim", "")


@pytest.mark.parametrize(("example", "manifests"), LOOPS)
def test_skaffold_accepts_its_file(example: str, manifests: str) -> None:
    made = files(example, inner_loop="skaffold", inner_loop_context=HARD, release="none", manifests=manifests)
    found = yaml.safe_load(made["skaffold.yaml"])
    judge("skaffold", found)
    assert found["deploy"]["kubeContext"] == HARD
    assert "production" not in made["skaffold.yaml"]
    guard = found["deploy"]["kubectl"]["hooks"]["before"][0]["host"]["command"]
    for context, code in ((HARD, 0), ("production", 1)):
        done = subprocess.run(guard, env={"SKAFFOLD_KUBE_CONTEXT": context, "PATH": "/bin:/usr/bin"}, check=False)
        assert done.returncode == code


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("skaffold", {"deploy": {"kubeContexts": ["a"]}}),
        ("skaffold", {"portForward": [{"resourceType": "deployment", "port": [8080]}]}),
        ("devcontainer", {"forwardPorts": [{"http": 8080}]}),
        ("devcontainer", {"postCreate": "make setup"}),
    ],
)
def test_their_schemas_can_refuse(name: str, change: dict[str, Any]) -> None:
    made = files("everything-go", inner_loop="skaffold", release="none", devcontainer=True)
    path = {"skaffold": "skaffold.yaml", "devcontainer": ".devcontainer/devcontainer.json"}[name]
    broken = copy.deepcopy(yaml.safe_load(made[path])) | change
    with pytest.raises(jsonschema.ValidationError):
        judge(name, broken)


def run(folder: Path, tiltfile: str, context: str) -> subprocess.CompletedProcess[str]:
    program = folder / "Tiltfile.star"
    program.write_text(TILT % context + tiltfile)
    command = [go_tools.program("starlark"), "-globalreassign", str(program)]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.skipif(go_tools.missing() is not None, reason="Go builds Starlark's interpreter")
@pytest.mark.parametrize(("example", "manifests"), LOOPS)
def test_starlark_runs_the_tiltfile_in_its_context_only(example: str, manifests: str, tmp_path: Path) -> None:
    tiltfile = files(example, inner_loop="tilt", inner_loop_context=HARD, manifests=manifests)["Tiltfile"]
    done = run(tmp_path, tiltfile, HARD)
    assert done.returncode == 0, done.stderr
    calls = [json.loads(line) for line in done.stderr.splitlines()]
    maker = "helm" if manifests == "helm" else "kustomize"
    assert [name for name, *_ in calls] == ["allow", "build", maker, "yaml", "resource"]
    assert calls[0][1] == [HARD]
    assert "production" not in tiltfile
    refused = run(tmp_path, tiltfile, "production")
    assert refused.returncode == 1
    assert "your current context is production, not " + HARD in refused.stderr
    assert "build" not in refused.stderr.replace("docker_build", "")


def test_no_loop_writes_nothing() -> None:
    made = files("weather")
    assert not {"skaffold.yaml", "Tiltfile", ".devcontainer/devcontainer.json"} & made.keys()
