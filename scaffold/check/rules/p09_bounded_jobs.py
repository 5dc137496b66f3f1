"""P09: bounded jobs."""

from __future__ import annotations

import re

from scaffold.check.edits import Edit, Spot, put_in
from scaffold.check.model.scope import Scope
from scaffold.check.model.workloads import CronJob, Job
from scaffold.check.rules.rule import Problem, Problems, Rule

_PROXIES = re.compile(
    r"envoy|nginx|haproxy|istio-proxy|proxyv2|linkerd|cloud-?sql-proxy|pgbouncer|fluent|oauth2-proxy|vault-agent"
)
_TOLD_TO_QUIT = re.compile(r"quitquitquit|/shutdown\b|\bp?kill(?:all)?\s")  # by the main program, at its end


class JobDeadline(Rule[Job]):
    """A Job has no deadline.

    A Job that hangs runs for ever and holds its memory; one that fails
    quickly is retried until its back-off is worn out.
    """

    id = "P09-job-deadline"
    severity = "warning"
    kind = "hygiene"
    looks_at = Job

    def check(self, job: Job, scope: Scope) -> Problems:
        """Set `activeDeadlineSeconds` of the Job's spec to the longest run that is still right."""
        if job.job and not job.job.get("activeDeadlineSeconds"):
            yield Problem(job.at, f"{job.kind} {job.name} has no activeDeadlineSeconds: if it hangs, it hangs for ever")

    def fix(self, spot: Spot) -> list[Edit]:
        """Put in what is missing."""
        return put_in(
            spot,
            "job",
            activeDeadlineSeconds="86400  # P09: a day at most; better the longest run that is right",
        )


class JobBackoff(Rule[Job]):
    """A Job does not say how often it is tried again.

    Six times is the default, with pauses up to six minutes: a job that can't succeed (a wrong argument, a refused
    configuration) is run seven times, with all that it does before it fails.
    """

    id = "P09-job-backoff"
    severity = "warning"
    kind = "hygiene"
    looks_at = Job

    def check(self, job: Job, scope: Scope) -> Problems:
        """Set `backoffLimit` to the retries that help."""
        if job.job and not job.job.get("backoffLimit"):
            yield Problem(job.at, f"{job.kind} {job.name} has no backoffLimit: it is tried seven times by default")

    def fix(self, spot: Spot) -> list[Edit]:
        """Put in what is missing."""
        return put_in(
            spot,
            "job",
            backoffLimit="6  # P09: Kubernetes' default, written out",
        )


class JobCleanUp(Rule[Job]):
    """A Job stays when it has ended.

    Finished Jobs and their pods pile up, and the same Job can't be made again until somebody deletes it.
    """

    id = "P09-job-clean-up"
    severity = "warning"
    kind = "hygiene"
    looks_at = Job

    def check(self, job: Job, scope: Scope) -> Problems:
        """Set `ttlSecondsAfterFinished` to as long as somebody may want to look at it, such as a week (604800)."""
        if isinstance(job, CronJob) or not job.job or job.is_hook:
            return
        if not job.job.get("ttlSecondsAfterFinished"):
            yield Problem(job.at, f"Job {job.name} has no ttlSecondsAfterFinished: it stays until somebody deletes it")

    def fix(self, spot: Spot) -> list[Edit]:
        """Put in what is missing."""
        return put_in(
            spot,
            "job",
            ttlSecondsAfterFinished="604800  # P09: a week, to look at a failure",
        )


class CronConcurrency(Rule[CronJob]):
    """A CronJob's runs may overlap.

    When a run takes longer than the schedule, or hangs, the next one starts beside it, and the next, until the
    namespace has no room left.
    """

    id = "P09-cron-concurrency"
    severity = "warning"
    kind = "hygiene"
    looks_at = CronJob

    def check(self, job: CronJob, scope: Scope) -> Problems:
        """Set `concurrencyPolicy: Forbid`, or `Replace` where the newest run is the one that counts."""
        policy = job.value.get("spec", "concurrencyPolicy")
        if policy is None or policy.text() == "Allow":
            yield Problem(policy or job.at, f"runs of {job.name} may overlap without end")

    def fix(self, spot: Spot) -> list[Edit]:
        """Put in what is missing."""
        return put_in(
            spot,
            "cron",
            concurrencyPolicy="Forbid  # P09: runs never overlap",
        )


class CronHistory(Rule[CronJob]):
    """A CronJob does not say how many of its runs are kept.

    By default one failed run is kept: the failure of the night before is gone when the next one fails as well.
    """

    id = "P09-cron-history"
    severity = "warning"
    kind = "hygiene"
    looks_at = CronJob

    def check(self, job: CronJob, scope: Scope) -> Problems:
        """Set `successfulJobsHistoryLimit` and `failedJobsHistoryLimit`."""
        names = ("successfulJobsHistoryLimit", "failedJobsHistoryLimit")
        missing = [name for name in names if not job.value.get("spec", name)]
        if missing:
            yield Problem(job.at, f"{job.name} has no {' and no '.join(missing)}")

    def fix(self, spot: Spot) -> list[Edit]:
        """Put in what is missing."""
        return put_in(
            spot,
            "cron",
            successfulJobsHistoryLimit="3  # P09: Kubernetes' default, written out",
            failedJobsHistoryLimit="3  # P09: enough to see since when it fails",
        )


class CronStartingDeadline(Rule[CronJob]):
    """A CronJob does not say how late a run may start.

    After 100 missed runs (a controller that was down, a suspended job) it is never started again; before that it
    starts late, at an hour that nobody chose.
    """

    id = "P09-cron-starting-deadline"
    severity = "warning"
    kind = "hygiene"
    looks_at = CronJob

    def check(self, job: CronJob, scope: Scope) -> Problems:
        """Set `startingDeadlineSeconds`: 300, and a run that could not start within five minutes waits for the next."""
        value = job.value.get("spec", "startingDeadlineSeconds")
        seconds = value.number() if value else None
        if value is None:
            yield Problem(
                job.at, f"{job.name} has no startingDeadlineSeconds: it may start at any hour, or never again"
            )
        elif seconds is not None and seconds < 10:  # the controller looks every 10 s
            yield Problem(
                value, f"within {seconds} s the controller may not look at all, so {job.name} may never start"
            )

    def fix(self, spot: Spot) -> list[Edit]:
        """Put in what is missing."""
        return put_in(
            spot,
            "cron",
            startingDeadlineSeconds="300  # P09: a run that could not start in time waits for the next one",
        )


class SidecarKeepsJob(Rule[Job]):
    """A sidecar keeps a Job alive.

    A Job ends when all its containers have ended, and a proxy never does: it runs until its deadline, and counts as
    failed.
    """

    id = "P09-sidecar-keeps-job"
    severity = "error"
    looks_at = Job

    def check(self, job: Job, scope: Scope) -> Problems:
        """Make it an init container with `restartPolicy: Always` (Kubernetes 1.29), which ends with the others."""
        mains = [each for each in job.containers if each.role == "main"]
        if job.pod and job.pod.is_true("shareProcessNamespace"):
            return  # so that another container can end it
        if _TOLD_TO_QUIT.search(" ".join(word.text() or "" for each in mains for word in each.words)):
            return
        for container in mains if len(mains) > 1 else ():
            words = f"{container.name} {container.image_name}"
            if container.ports or container.readiness or container.liveness or _PROXIES.search(words):
                yield Problem(container.at, f"{container.name} never ends by itself, so {job.name} never does")


class JobRestart(Rule[Job]):
    """The pods of a Job are to be restarted always.

    The API server refuses it: a Job's pods end.
    """

    id = "P09-job-restart"
    severity = "error"
    looks_at = Job

    def check(self, job: Job, scope: Scope) -> Problems:
        """Set `restartPolicy: Never`: a failed pod stays with its logs, and its retry is a new one."""
        if not job.pod or not job.containers:
            return
        policy = job.pod.get("restartPolicy")
        if policy is None or policy.text() == "Always":
            yield Problem(policy or job.at, f"restartPolicy must be Never or OnFailure in {job.kind} {job.name}")
