"""In which order `make deploy-…` asks kubectl for what: a Job before the pods, and nothing after a failure."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.template.test_makefile import tools
from workshop import goldens

EXAMPLE = goldens.EXAMPLES / "frontend"
NAME, JOB = "frontend", "job.batch/frontend-warm-up"
BEFORE, ALL = "apply the Jobs and what they need", "apply everything"

KUBECTL = """\
#!/bin/sh
echo "$*" >> {log}
[ "$1" = --namespace ] && shift 2
case "$*" in
*deployed-from=frontend*) printf '{left}' | grep "^$2" | sed 's/^[^ ]* //' ;;
*replicasets*) echo "name: frontend-config-before" ;;
"apply --filename - --output name") echo "cronjob.batch/kept" ;;
kustomize*) echo "kind: Deployment" ;;
apply*) cat > /dev/null ;;
*jsonpath=*items*) printf '{existing}' ;;
"get jobs "*) echo {job} ;;
"get {job} "*) echo {ends} ;;
logs*) echo "the last words of the Job" ;;
esac
"""


@dataclass
class Deployment:
    """What a deployment ended with, and what it asked kubectl for."""

    code: int
    said: str
    calls: list[str] = field(default_factory=list)

    @property
    def steps(self) -> list[str]:
        """Return what changed the cluster, or waited for it, in order."""
        steps = []
        for call in self.calls:
            if " apply " in call:
                steps.append(BEFORE if "notin (serve, cronjob)" in call else ALL)
            steps += [verb for verb in ("delete", "rollout") if f" {verb} " in call]
        return steps


def deploy(
    tmp_path: Path, *, existing: str = "", ends: str = "SuccessCriteriaMet Complete", left: str = ""
) -> Deployment:
    """Deploy production to a cluster that has `existing` Jobs, and on which the new one gets the conditions `ends`.

    `left` are labelled objects of the cluster, each a line with the plural and the name.
    """
    folder, log = tmp_path / NAME, tmp_path / "log"
    shutil.copytree(EXAMPLE / "deploy", folder / "deploy")
    shutil.copy(EXAMPLE / "Makefile", folder)
    path = tools(tmp_path, kubectl=KUBECTL.format(log=log, existing=existing, job=JOB, ends=ends, left=left))
    (path / "grep").symlink_to(str(shutil.which("grep")))
    done = subprocess.run(
        [str(shutil.which("make")), "deploy-production"],
        cwd=folder, env={"PATH": str(path)}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    return Deployment(done.returncode, done.stderr, log.read_text().splitlines() if log.exists() else [])


def test_a_job_ends_before_a_pod_is_replaced(tmp_path: Path) -> None:
    done = deploy(tmp_path)
    assert done.code == 0, done.said
    assert done.steps == ["delete", BEFORE, ALL, "rollout"]


@pytest.mark.parametrize("state", ["Failed", "FailureTarget Failed"])
def test_a_failed_job_replaces_no_pod(tmp_path: Path, state: str) -> None:
    done = deploy(tmp_path, ends=state)
    assert done.code != 0
    assert done.steps == ["delete", BEFORE]
    assert f"The version from before still serves: {JOB} failed" in done.said
    assert "the last words of the Job" in done.said


@pytest.mark.parametrize("state", ["", " Suspended", " FailureTarget"])
def test_a_job_that_still_runs_stops_everything(tmp_path: Path, state: str) -> None:
    done = deploy(tmp_path, existing=f"frontend-warm-up{state}\\n")
    assert done.code != 0
    assert done.steps == []
    assert "Nothing was deployed: a Job of the last deployment still runs: frontend-warm-up" in done.said


@pytest.mark.parametrize("state", ["Complete", "SuccessCriteriaMet Complete", "FailureTarget Failed"])
def test_a_job_that_ended_stops_nothing(tmp_path: Path, state: str) -> None:
    assert deploy(tmp_path, existing=f"frontend-warm-up {state}\\n").code == 0


LEFT = (
    "cronjobs cronjob.batch/kept",
    "cronjobs cronjob.batch/gone",
    "configmaps configmap/frontend-config-before",
    "configmaps configmap/frontend-config-gone",
    "podmonitors.monitoring.coreos.com podmonitor.monitoring.coreos.com/gone",
)


def test_what_the_overlay_no_longer_has_is_removed_after_the_rollout(tmp_path: Path) -> None:
    """All but a ConfigMap that an earlier version, or a run of a job, still reads."""
    done = deploy(tmp_path, left="".join(f"{each}\\n" for each in LEFT))
    assert done.code == 0, done.said
    after = done.calls[next(i for i, call in enumerate(done.calls) if " rollout " in call) :]
    removed = {call.split()[-1] for call in after if " delete " in call}
    assert removed == {
        "cronjob.batch/gone",
        "configmap/frontend-config-gone",
        "podmonitor.monitoring.coreos.com/gone",
    }


def test_a_failed_job_removes_nothing(tmp_path: Path) -> None:
    done = deploy(tmp_path, ends="Failed", left=f"{LEFT[1]}\\n")
    assert not [call for call in done.calls if call.endswith("/gone")]
