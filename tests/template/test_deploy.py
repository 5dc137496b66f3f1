"""In which order `make deploy-…` asks kubectl for what, on which cluster; and what `make push` refuses."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.deploying import Deployment, make
from workshop import goldens

EXAMPLE = goldens.EXAMPLES / "frontend"
JOB = "job.batch/frontend-warm-up"
BEFORE, ALL = "apply the Jobs and what they need", "apply everything"

KUBECTL = """\
#!/bin/sh
printf '%s\\n' "$*" >> {log}
while [ "${{1#--}}" != "$1" ]; do shift 2; done
case "$*" in
*deployed-from=frontend*) printf '{left}' | grep "^$2" | sed 's/^[^ ]* //' ;;
*replicasets*) echo "name: frontend-config-before" ;;
"apply --filename - --output name") echo "cronjob.batch/kept" ;;
"config current-context") echo production-eu ;;
kustomize*) echo "kind: Deployment" ;;
apply*) cat > /dev/null ;;
*jsonpath=*items*) printf '{existing}' ;;
"get jobs "*) echo {job} ;;
"get {job} "*) echo {ends} ;;
logs*) echo "the last words of the Job" ;;
esac
"""


def steps(done: Deployment) -> list[str]:
    """Return what changed the cluster, or waited for it, in order."""
    found = []
    for call in done.calls:
        if " apply " in call:
            found.append(BEFORE if "notin (serve, cronjob)" in call else ALL)
        found += [verb for verb in ("delete", "rollout") if f" {verb} " in call]
    return found


def deploy(
    tmp_path: Path, *, existing: str = "", ends: str = "SuccessCriteriaMet Complete", left: str = ""
) -> Deployment:
    """Deploy production to a cluster that has `existing` Jobs, and on which the new one gets the conditions `ends`.

    `left` are labelled objects of the cluster, each a line with the plural and the name.
    """
    kubectl = KUBECTL.format(log=tmp_path / "log", existing=existing, job=JOB, ends=ends, left=left)
    return make(EXAMPLE, tmp_path, "deploy-production", "CONTEXT=production-eu", kubectl=kubectl)


def test_a_job_ends_before_a_pod_is_replaced(tmp_path: Path) -> None:
    done = deploy(tmp_path)
    assert done.code == 0, done.said
    assert steps(done) == ["delete", BEFORE, ALL, "rollout"]


@pytest.mark.parametrize("state", ["Failed", "FailureTarget Failed"])
def test_a_failed_job_replaces_no_pod(tmp_path: Path, state: str) -> None:
    done = deploy(tmp_path, ends=state)
    assert done.code != 0
    assert steps(done) == ["delete", BEFORE]
    assert f"The version from before still serves: {JOB} failed" in done.said
    assert "the last words of the Job" in done.said


@pytest.mark.parametrize("state", ["", " Suspended", " FailureTarget"])
def test_a_job_that_still_runs_stops_everything(tmp_path: Path, state: str) -> None:
    done = deploy(tmp_path, existing=f"frontend-warm-up{state}\\n")
    assert done.code != 0
    assert steps(done) == []
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


VERBS = ("deploy-dev", "deploy-production", "rollback", "namespaces")


def kubectl_of(tmp_path: Path) -> str:
    return KUBECTL.format(log=tmp_path / "log", existing="", job=JOB, ends="Complete", left="")


@pytest.mark.parametrize("verb", VERBS)
def test_a_deployment_names_its_cluster(tmp_path: Path, verb: str) -> None:
    done = make(EXAMPLE, tmp_path, verb, kubectl=kubectl_of(tmp_path))
    assert done.code != 0
    assert "Name the kubectl context of the cluster: make … CONTEXT=NAME." in done.said
    assert "Your current context is production-eu." in done.said
    assert done.calls == ["config current-context"]


@pytest.mark.parametrize("verb", VERBS)
def test_another_current_cluster_is_refused(tmp_path: Path, verb: str) -> None:
    done = make(EXAMPLE, tmp_path, verb, "CONTEXT=dev-eu", kubectl=kubectl_of(tmp_path))
    assert done.code != 0
    assert "Nothing was changed: your current context is production-eu, not dev-eu." in done.said
    assert done.calls == ["config current-context"]


@pytest.mark.parametrize("verb", VERBS)
def test_every_call_goes_to_the_named_cluster(tmp_path: Path, verb: str) -> None:
    done = make(EXAMPLE, tmp_path, verb, settings=f"{verb}: CONTEXT := production-eu\n", kubectl=kubectl_of(tmp_path))
    assert done.code == 0, done.said
    calls = [call for call in done.calls if not call.startswith(("config ", "kustomize "))]
    assert calls and all(call.startswith("--context production-eu ") for call in calls)


IMAGE = "registry.example.com/example-org/frontend:1.2.3"
ABSENT = (
    f"no such manifest: {IMAGE}",
    "Error: reading manifest 1.2.3 in registry.example.com/example-org/frontend: manifest unknown",
    "Error: reading manifest 1.2.3: name unknown: repository name not known to registry",
)
UNKNOWN = (
    "dial tcp: lookup registry.example.com: no such host",
    "unauthorized: authentication required",
    "denied: requested access to the resource is denied",
    "",
)


def push(tmp_path: Path, code: int, response: str) -> Deployment:
    """Push a version, while `docker manifest inspect` ends with `code` and prints `response`."""
    docker = f"""#!/bin/sh
echo "$*" >> {tmp_path / "log"}
[ "$1" = manifest ] || exit 0
echo '{response}' >&2
exit {code}
"""
    return make(EXAMPLE, tmp_path, "push", "VERSION=1.2.3", docker=docker)


def test_a_version_is_pushed_once(tmp_path: Path) -> None:
    done = push(tmp_path, 0, "{}")
    assert done.calls == [f"manifest inspect {IMAGE}"] and done.code != 0
    assert "The registry already has version 1.2.3, and a pushed version never changes." in done.said


@pytest.mark.parametrize("response", ABSENT)
def test_a_new_version_is_pushed(tmp_path: Path, response: str) -> None:
    done = push(tmp_path, 1, response)
    assert done.calls == [f"manifest inspect {IMAGE}", f"push {IMAGE}"] and done.code == 0


@pytest.mark.parametrize("response", UNKNOWN)
def test_nothing_is_pushed_while_nobody_knows_what_the_registry_has(tmp_path: Path, response: str) -> None:
    done = push(tmp_path, 1, response)
    assert done.calls == [f"manifest inspect {IMAGE}"] and done.code != 0
    told = f"Nothing was pushed, because the registry does not show whether it has version 1.2.3: {response}"
    assert told.strip() in done.said
