"""What `make helm-deploy-…` and `make helm-rollback` ask Helm for, in two major versions, and what they refuse."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.deploying import Deployment, make
from workshop import goldens

EXAMPLE = goldens.EXAMPLES / "everything-typescript"
RELEASE = "everything-typescript-production"
VERBS = ("helm-deploy-dev", "helm-deploy-production", "helm-test-production", "helm-rollback")
VERSIONS = {"v3.19.0+g3d8990f": "--atomic", "v4.3.1+gc0d08d0": "--rollback-on-failure"}

KUBECTL = """\
#!/bin/sh
printf 'kubectl %s\\n' "$*" >> {log}
case "$*" in
"config current-context") echo production-eu ;;
*"get jobs "*) printf '{jobs}' ;;
*"get secret "*) printf 'database-password\\nsigning.pem\\n' ;;
esac
"""
HELM = """\
#!/bin/sh
[ "$1" = version ] || printf 'helm %s\\n' "$*" >> {log}
case "$1" in
version) echo {version} ;;
history) cat {history} ;;
esac
"""
HISTORY = "REVISION\tUPDATED                 \tSTATUS    \tCHART     \tAPP VERSION\tDESCRIPTION     "


def run(
    tmp_path: Path,
    verb: str,
    *,
    jobs: str = "",
    version: str = "v4.3.1",
    history: str = "",
    context: str = "production-eu",
) -> Deployment:
    """Run a verb on a cluster that has these Jobs, and a release with this history."""
    log, rows = tmp_path / "log", tmp_path / "history"
    rows.write_text(f"{HISTORY}\n{history}")
    return make(
        EXAMPLE,
        tmp_path,
        verb,
        f"CONTEXT={context}",
        kubectl=KUBECTL.format(log=log, jobs=jobs),
        helm=HELM.format(log=log, version=version, history=rows),
    )


def by_helm(done: Deployment, verb: str) -> list[str]:
    return [call for call in done.calls if call.startswith(f"helm {verb} ")]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_failed_release_is_rolled_back_by_the_option_of_each_version(tmp_path: Path, version: str) -> None:
    done = run(tmp_path, "helm-deploy-production", version=version)
    assert done.code == 0, done.said
    (call,) = by_helm(done, "upgrade")
    assert {each for each in VERSIONS.values() if each in call} == {VERSIONS[version]}
    assert f" {RELEASE} deploy/chart " in call and " --kube-context production-eu " in call


@pytest.mark.parametrize("state", ["", " Suspended", " FailureTarget"])
def test_a_job_that_still_runs_stops_the_release(tmp_path: Path, state: str) -> None:
    done = run(tmp_path, "helm-deploy-production", jobs=f"{EXAMPLE.name}-migrate{state}\\n")
    assert done.code != 0
    assert not by_helm(done, "upgrade")
    assert f"Nothing was deployed: a Job of the last deployment still runs: {EXAMPLE.name}-migrate" in done.said
    (asked,) = (call for call in done.calls if " get jobs " in call)
    assert "--context production-eu --namespace billing get" in asked


@pytest.mark.parametrize("state", ["Complete", "SuccessCriteriaMet Complete", "FailureTarget Failed"])
def test_a_job_that_ended_stops_nothing(tmp_path: Path, state: str) -> None:
    assert run(tmp_path, "helm-deploy-production", jobs=f"{EXAMPLE.name}-migrate {state}\\n").code == 0


def history(*rows: str) -> str:
    """Return a table as `helm history` prints it, of a status and a description for each revision."""
    told = (row.partition(": ") for row in rows)
    return "".join(
        f"{number}\tMon Nov  2 09:00:00 2026\t{status}\tchart-0.1.0\t1.0 beta\t{why}   \n"
        for number, (status, _, why) in enumerate(told, start=1)
    )


DONE, BROKEN = "superseded: Upgrade complete", 'failed: Upgrade "x" failed: timed out'


@pytest.mark.parametrize(
    ("rows", "revision"),
    [
        ((DONE, "deployed: Upgrade complete"), 1),
        ((DONE, BROKEN, "deployed: Upgrade complete"), 1),
        # Helm itself has rolled back to 2, so the version before it is 1: neither the one that failed, nor 2 again.
        ((DONE, DONE, BROKEN, "deployed: Rollback to 2"), 1),
        ((DONE, DONE, DONE, "superseded: Rollback to 2", "deployed: Rollback to 4"), 1),
        ((DONE, DONE, "superseded: Rollback to 1", "deployed: Upgrade complete"), 3),
        # A release that failed, or that was killed, and was not rolled back: what worked last comes back.
        ((DONE, "deployed: Upgrade complete", BROKEN), 2),
        ((DONE, "deployed: Upgrade complete", "pending-upgrade: Preparing upgrade"), 2),
    ],
)
def test_a_rollback_returns_to_the_release_before_that_succeeded(
    tmp_path: Path, rows: tuple[str, ...], revision: int
) -> None:
    done = run(tmp_path, "helm-rollback", history=history(*rows))
    assert done.code == 0, done.said
    (call,) = by_helm(done, "rollback")
    assert call.startswith(f"helm rollback {RELEASE} {revision} --wait ")


@pytest.mark.parametrize(
    "rows",
    [(), ("deployed: Install complete",), (DONE, BROKEN, "deployed: Rollback to 1"), ("failed: Release failed",)],
)
def test_without_an_earlier_release_a_rollback_is_refused(tmp_path: Path, rows: tuple[str, ...]) -> None:
    done = run(tmp_path, "helm-rollback", history=history(*rows))
    assert done.code != 0
    assert not by_helm(done, "rollback")
    assert "Nothing was changed: production has no earlier release that succeeded." in done.said


@pytest.mark.parametrize("verb", VERBS)
def test_every_call_goes_to_the_named_cluster(tmp_path: Path, verb: str) -> None:
    done = run(tmp_path, verb, history=history(DONE, "deployed: Upgrade complete"))
    assert done.code == 0, done.said
    _asked, *calls = done.calls
    assert calls and all("context production-eu " in call for call in calls)


@pytest.mark.parametrize("verb", VERBS)
def test_another_current_cluster_is_refused(tmp_path: Path, verb: str) -> None:
    done = run(tmp_path, verb, context="dev-eu")
    assert done.code != 0
    assert "Nothing was changed: your current context is production-eu, not dev-eu." in done.said
    assert done.calls == ["kubectl config current-context"]
