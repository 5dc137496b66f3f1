"""P09: bounded jobs."""

from __future__ import annotations

from scaffold.check.findings import Problem
from scaffold.check.model.objects import Job
from scaffold.check.rules.rule import Problems, Rule


class JobDeadline(Rule[Job]):
    """A Job has no deadline.

    A Job that hangs runs for ever and holds its memory; one that fails
    quickly is retried until its back-off is worn out.
    """

    id = "P09-job-deadline"
    severity = "error"
    looks_at = Job
    fixable = True

    def check(self, job: Job) -> Problems:
        """Set `activeDeadlineSeconds` of the Job's spec to the longest run that is still right."""
        if job.job and not job.job.get("activeDeadlineSeconds"):
            yield Problem(job.at, f"{job.kind} {job.name} has no activeDeadlineSeconds: if it hangs, it hangs for ever")
