"""Every job has an end (P09)."""

from __future__ import annotations

from tests.support.deployed import Deployed
from workshop import goldens

APPLY = goldens.EXAMPLES / "frontend/deploy/apply.sh"


def test_every_job_is_there(service: Deployed) -> None:
    answered = {f"{service.answers['name']}-{each['name']}": each for each in service.answers["jobs"]}
    assert {name for name, _ in service.jobs} == set(answered)
    schedules = {each["metadata"]["name"]: each["spec"]["schedule"] for each in service.all("CronJob")}
    assert schedules == {name: each["schedule"] for name, each in answered.items() if each.get("schedule")}


def test_every_job_is_bounded(service: Deployed) -> None:
    answered = {f"{service.answers['name']}-{each['name']}": each for each in service.answers["jobs"]}
    for name, spec in service.jobs:
        assert spec["activeDeadlineSeconds"] == answered[name]["deadline"] > 0
        assert spec["backoffLimit"] == answered[name]["retries"]
        assert spec["ttlSecondsAfterFinished"] > 0
        assert spec["template"]["spec"]["restartPolicy"] == "Never"


def test_no_retry_where_none_can_help(service: Deployed) -> None:
    for _, spec in service.jobs:
        (container,) = spec["template"]["spec"][
            "containers"
        ]  # sidecars are native or not there: only those end with it
        fail, ignore = spec["podFailurePolicy"]["rules"]
        assert fail["action"] == "FailJob" and fail["onExitCodes"]["values"] == [2, 78]
        assert fail["onExitCodes"]["containerName"] == container["name"]
        assert ignore["action"] == "Ignore"


def test_runs_do_not_pile_up(service: Deployed) -> None:
    for each in service.all("CronJob"):
        spec = each["spec"]
        assert spec["concurrencyPolicy"] == "Forbid" and spec["timeZone"] == "Etc/UTC"
        assert spec["startingDeadlineSeconds"] >= 10, "below 10 s the controller may never start it"
        assert spec["successfulJobsHistoryLimit"] > 0 and spec["failedJobsHistoryLimit"] > 0


def test_a_deployment_can_tell_one_shot_jobs_from_runs(service: Deployed) -> None:
    """`make deploy-…` removes finished Jobs by their label; the history of a CronJob must not have it."""
    script = APPLY.read_text().replace("frontend", service.answers["name"])
    assert f"jobs=app.kubernetes.io/name={service.answers['name']},app.kubernetes.io/component=job\n" in script
    assert {each["metadata"]["labels"]["app.kubernetes.io/component"] for each in service.all("Job")} <= {"job"}
    for each in service.all("CronJob"):
        pod = each["spec"]["jobTemplate"]["spec"]["template"]
        assert pod["metadata"]["labels"]["app.kubernetes.io/component"] == "cronjob"


def test_only_what_a_job_needs_is_applied_before_it(service: Deployed) -> None:
    """`deploy/apply.sh` applies all but these labels first: what serves, and a CronJob of the new image, come afterwards."""
    early = {
        each["kind"]
        for each in service.objects
        if each["metadata"]["labels"].get("app.kubernetes.io/component") not in ("serve", "cronjob")
    }
    assert {"ConfigMap", "NetworkPolicy", "ServiceAccount"} <= early
    late = {
        "Deployment",
        "Service",
        "HorizontalPodAutoscaler",
        "PodDisruptionBudget",
        "CronJob",
        "EnvoyFilter",
        "Sidecar",
    }
    assert not early & late
    assert "component notin (serve, cronjob)" in APPLY.read_text()
