"""A service's own Makefile deploys it again and brings it back: what its README tells people to type."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.real.cluster.asking import ask, pods
from tests.real.cluster.conftest import OVERLAY, Demo, inputs_of_demo
from workshop import command, judges

NAME, JOB = "frontend", "frontend-warm-up"
DEPLOY = (f"deploy-{OVERLAY}",)

pytestmark = [
    pytest.mark.skipif(not shutil.which("make"), reason="make is not installed"),
    pytest.mark.kept(inputs=lambda _: inputs_of_demo("requirements/judges.txt")),
]


@pytest.fixture
def folder(demo: Demo, tmp_path: Path) -> Path:
    """Give a copy of the service, to change it; no job of a deployment runs any more."""
    return copied(demo, tmp_path / NAME)


def copied(demo: Demo, folder: Path) -> Path:
    demo.cluster.wait_for(lambda: ended(demo), 90, f"{JOB} has ended")
    return Path(shutil.copytree(demo.folders[NAME], folder))


def ended(demo: Demo) -> bool:
    found = demo.cluster.get("--namespace", demo.namespace, "jobs", f"--field-selector=metadata.name={JOB}")["items"]
    return all({"Complete", "Failed"} & {one["type"] for one in each["status"].get("conditions", [])} for each in found)


@pytest.fixture(scope="module", autouse=True)
def _again(demo: Demo) -> Iterator[None]:
    """Deploy the service as it was when all is tried: the tests of other modules find what they had."""
    yield
    make(demo, demo.folders[NAME], *DEPLOY)


@dataclass(frozen=True)
class Changed:
    """A deployed change, and what there was before it."""

    folder: Path
    config: str
    job: str
    names: set[str]


@pytest.fixture(scope="module")
def changed(demo: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Changed]:
    """Deploy once what several tests look at: another value, one CronJob less, and objects that nobody here made."""
    folder = copied(demo, tmp_path_factory.mktemp("changed") / NAME)
    change(folder / "deploy/base/kustomization.yaml", lambda text: text.replace("  - job-digest.yaml\n", ""))
    log_less(folder)
    demo.kubectl("create", "configmap", "frontend-config-0")
    demo.kubectl("label", "configmap", "frontend-config-0", f"deployed-from={NAME}")
    demo.kubectl("create", "configmap", "of-another-team")
    demo.kubectl("label", "configmap", "of-another-team", f"app.kubernetes.io/name={NAME}")
    before = Changed(folder, configuration(demo), job(demo), names(demo))
    make(demo, folder, "namespaces", *DEPLOY)
    yield before
    demo.kubectl("delete", "configmap", "of-another-team")


def make(demo: Demo, folder: Path, *verbs: str) -> None:
    command.succeed(["make", *verbs, "CONTEXT=one-node"], cwd=folder, env=environment(demo), seconds=240)


def refused(demo: Demo, folder: Path, *verbs: str) -> str:
    """Run what must fail; return what it says."""
    with pytest.raises(RuntimeError) as failed:
        make(demo, folder, *verbs)
    return str(failed.value)


def environment(demo: Demo) -> dict[str, str]:
    return judges.with_programs() | {"KUBECONFIG": demo.cluster.env["KUBECONFIG"]}


def deployment(demo: Demo) -> dict[str, Any]:
    found: dict[str, Any] = demo.cluster.get("--namespace", demo.namespace, "deployment", NAME)
    return found


def configuration(demo: Demo) -> str:
    """Return the name of the ConfigMap that the pods of the current version read."""
    pod = deployment(demo)["spec"]["template"]["spec"]
    return str(pod["containers"][0]["envFrom"][0]["configMapRef"]["name"])


def job(demo: Demo) -> str:
    return str(demo.cluster.get("--namespace", demo.namespace, "job", JOB)["metadata"]["uid"])


def change(file: Path, edit: Callable[[str], str]) -> None:
    text = file.read_text()
    file.write_text(edit(text))
    assert file.read_text() != text


def log_less(folder: Path) -> None:
    """Change a value, so that the pods would be replaced."""
    change(folder / "deploy/base/config.env", lambda text: text.replace("LOG_LEVEL=info", "LOG_LEVEL=warn"))


def test_a_change_is_deployed(demo: Demo, changed: Changed) -> None:
    labels = demo.cluster.get("namespace", f"{demo.namespace}-dev")["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted", "the missing namespace was made"
    assert configuration(demo) != changed.config, "a changed value is another ConfigMap, so the pods roll (P12)"
    assert job(demo) != changed.job, "the finished job went and ran anew"


def test_a_job_ends_before_a_pod_is_replaced(demo: Demo, changed: Changed) -> None:
    ended = demo.cluster.get("--namespace", demo.namespace, "job", JOB)["status"]["completionTime"]
    config = configuration(demo)
    new = [each for each in pods(demo, NAME) if f"'{config}'" in str(each["spec"])]
    assert new and all(ended <= each["metadata"]["creationTimestamp"] for each in new)


def test_what_the_overlay_no_longer_has_is_removed(demo: Demo, changed: Changed) -> None:
    """A CronJob without its line, and a ConfigMap that no version reads any more; nothing of anybody else."""
    gone = {"cronjob.batch/frontend-digest", "configmap/frontend-config-0"}
    assert gone <= changed.names
    assert changed.names - names(demo) == gone
    assert f"configmap/{changed.config}" in names(demo), "the version before can be restored"


def test_a_change_is_rolled_back(demo: Demo, changed: Changed) -> None:
    if configuration(demo) == changed.config:  # the test is run again
        make(demo, changed.folder, *DEPLOY)
    make(demo, changed.folder, "rollback")
    assert configuration(demo) == changed.config


def test_a_job_that_still_runs_stops_the_deployment_before_anything_has_changed(demo: Demo, folder: Path) -> None:
    demo.kubectl("delete", "job", JOB, "--ignore-not-found")
    demo.kubectl("create", "--filename", "-", input_=RUNNING)
    before, ran = deployment(demo)["spec"], job(demo)
    log_less(folder)
    said = refused(demo, folder, *DEPLOY)
    assert f"Nothing was deployed: a Job of the last deployment still runs: {JOB}" in said
    assert (deployment(demo)["spec"], job(demo)) == (before, ran)
    demo.kubectl("delete", "job", JOB)


def test_a_failed_job_leaves_the_old_version_serving(demo: Demo, folder: Path) -> None:
    before = deployment(demo)["spec"]
    log_less(folder)
    manifest = folder / "deploy/base" / "job-warm-up.yaml"
    change(manifest, lambda text: re.sub(r'(args:\n +- )"warm-up"', r"\1no-such-command", text))
    said = refused(demo, folder, *DEPLOY)
    assert f"The version from before still serves: job.batch/{JOB} failed" in said
    assert deployment(demo)["spec"] == before
    assert ask(demo, NAME)[0] == 200


def names(demo: Demo) -> set[str]:
    """Return all objects of the namespace that some deployment made, as KIND/NAME."""
    kinds = "deployments,cronjobs,configmaps,services,serviceaccounts,poddisruptionbudgets,networkpolicies"
    return set(demo.kubectl("get", kinds, "--output=name").split())


RUNNING = f"""\
apiVersion: batch/v1
kind: Job
metadata:
  name: {JOB}
  labels: {{app.kubernetes.io/name: {NAME}, app.kubernetes.io/component: job}}
spec:
  template:
    spec:
      restartPolicy: Never
      nodeSelector: {{kubernetes.io/hostname: a-node-that-is-full}}
      securityContext: {{runAsNonRoot: true, runAsUser: 10001, seccompProfile: {{type: RuntimeDefault}}}}
      containers:
        - name: job
          image: localhost/pause:1
          securityContext: {{allowPrivilegeEscalation: false, capabilities: {{drop: [ALL]}}}}
"""
