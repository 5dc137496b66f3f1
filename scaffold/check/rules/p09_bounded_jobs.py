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

    A Job that hangs never ends and keeps its memory. A Job that fails quickly is retried until backoffLimit is reached.
    """

    id = "P09-job-deadline"
    severity = "warning"
    kind = "hygiene"
    looks_at = Job

    def check(self, job: Job, scope: Scope) -> Problems:
        """Set `activeDeadlineSeconds` of the Job's spec to the longest acceptable run time."""
        if job.job and not job.job.get("activeDeadlineSeconds"):
            yield Problem(job.at, f"{job.kind} {job.name} has no activeDeadlineSeconds: if it hangs, it never ends")

    def fix(self, spot: Spot) -> list[Edit]:
        """Put in what is missing."""
        return put_in(
            spot,
            "job",
            activeDeadlineSeconds="86400  # P09: at most a day; set the longest acceptable run time",
        )


class JobBackoff(Rule[Job]):
    """A Job does not set how often it is retried.

    The default is six retries with pauses up to six minutes. A job that can't succeed (a wrong argument, an invalid
    configuration) runs seven times, side effects included.
    """

    id = "P09-job-backoff"
    severity = "warning"
    kind = "hygiene"
    looks_at = Job

    def check(self, job: Job, scope: Scope) -> Problems:
        """Set `backoffLimit` to the number of useful retries."""
        if job.job and not job.job.get("backoffLimit"):
            yield Problem(job.at, f"{job.kind} {job.name} has no backoffLimit: by default it runs up to seven times")

    def fix(self, spot: Spot) -> list[Edit]:
        """Put in what is missing."""
        return put_in(
            spot,
            "job",
            backoffLimit="6  # P09: Kubernetes' default, written out",
        )


class JobCleanUp(Rule[Job]):
    """A Job stays after it has ended.

    Finished Jobs and their pods pile up. The same Job can't be created again until somebody deletes it.
    """

    id = "P09-job-clean-up"
    severity = "warning"
    kind = "hygiene"
    looks_at = Job

    def check(self, job: Job, scope: Scope) -> Problems:
        """Set `ttlSecondsAfterFinished` to the time that you need to look at it, such as a week (604800)."""
        if isinstance(job, CronJob) or not job.job or job.is_hook:
            return
        if not job.job.get("ttlSecondsAfterFinished"):
            yield Problem(job.at, f"Job {job.name} has no ttlSecondsAfterFinished: it stays until somebody deletes it")

    def fix(self, spot: Spot) -> list[Edit]:
        """Put in what is missing."""
        return put_in(
            spot,
            "job",
            ttlSecondsAfterFinished="604800  # P09: a week, so that a failure can be examined",
        )


class CronConcurrency(Rule[CronJob]):
    """A CronJob's runs may overlap.

    When a run hangs or takes longer than the schedule, the next run starts beside it. More follow until the namespace
    has no room left.
    """

    id = "P09-cron-concurrency"
    severity = "warning"
    kind = "hygiene"
    looks_at = CronJob

    def check(self, job: CronJob, scope: Scope) -> Problems:
        """Set `concurrencyPolicy: Forbid`, or `Replace` where only the newest run matters."""
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
    """A CronJob does not set how many of its runs are kept.

    By default one failed run is kept. Last night's failure is gone when the next run fails, too.
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
            failedJobsHistoryLimit="3  # P09: enough to see when the failures began",
        )


class CronStartingDeadline(Rule[CronJob]):
    """A CronJob does not set how late a run may start.

    After 100 missed runs (the controller was down, or the job suspended) it never starts again. Before that, a late run
    may start at any hour.
    """

    id = "P09-cron-starting-deadline"
    severity = "warning"
    kind = "hygiene"
    looks_at = CronJob

    def check(self, job: CronJob, scope: Scope) -> Problems:
        """Set `startingDeadlineSeconds`, for example 300: a run that can't start within five minutes waits for the next
        one.
        """
        value = job.value.get("spec", "startingDeadlineSeconds")
        seconds = value.number() if value else None
        if value is None:
            yield Problem(job.at, f"{job.name} has no startingDeadlineSeconds: it may start late, or never again")
        elif seconds is not None and seconds < 10:  # the controller looks every 10 s
            yield Problem(
                value, f"the controller may check less often than every {seconds} s, so {job.name} may never start"
            )

    def fix(self, spot: Spot) -> list[Edit]:
        """Put in what is missing."""
        return put_in(
            spot,
            "cron",
            startingDeadlineSeconds="300  # P09: a run that is later is skipped",
        )


class SidecarKeepsJob(Rule[Job]):
    """A sidecar keeps a Job alive.

    A Job ends when all its containers have ended, and a proxy never ends. The Job runs until its deadline, and counts
    as failed.
    """

    id = "P09-sidecar-keeps-job"
    severity = "error"
    looks_at = Job

    def check(self, job: Job, scope: Scope) -> Problems:
        """Make the sidecar an init container with `restartPolicy: Always` (Kubernetes 1.29), which ends with the
        others.
        """
        mains = [each for each in job.containers if each.role == "main"]
        if job.pod and job.pod.is_true("shareProcessNamespace"):
            return  # so that another container can end it
        if _TOLD_TO_QUIT.search(" ".join(word.text() or "" for each in mains for word in each.words)):
            return
        for container in mains if len(mains) > 1 else ():
            words = f"{container.name} {container.image_name}"
            if container.ports or container.readiness or container.liveness or _PROXIES.search(words):
                yield Problem(container.at, f"{container.name} never ends, so {job.name} never ends either")


class JobRestart(Rule[Job]):
    """The pods of a Job have a restart policy that restarts them always.

    The API server rejects it, because the pods of a Job must end.
    """

    id = "P09-job-restart"
    severity = "error"
    looks_at = Job

    def check(self, job: Job, scope: Scope) -> Problems:
        """Set `restartPolicy: Never`: a failed pod stays with its logs, and the retry is a new pod."""
        if not job.pod or not job.containers:
            return
        policy = job.pod.get("restartPolicy")
        if policy is None or policy.text() == "Always":
            yield Problem(policy or job.at, f"restartPolicy must be Never or OnFailure in {job.kind} {job.name}")
