"""Work that ends (P09)."""

from __future__ import annotations

from tests.check.mutations.mutation import (
    CRON_JOB,
    JOB,
    Mutation,
)

JOBS = (
    Mutation("P09-job-deadline", JOB, "activeDeadlineSeconds: .*", ""),
    Mutation("P09-job-deadline", CRON_JOB, "activeDeadlineSeconds: .*", ""),
    Mutation("P09-job-backoff", JOB, "backoffLimit: .*", ""),
    Mutation("P09-job-clean-up", JOB, "ttlSecondsAfterFinished: .*", ""),
    Mutation("P09-cron-concurrency", CRON_JOB, "concurrencyPolicy: .*", "concurrencyPolicy: Allow"),
    Mutation("P09-cron-history", CRON_JOB, "failedJobsHistoryLimit: .*", ""),
    Mutation("P09-cron-starting-deadline", CRON_JOB, "startingDeadlineSeconds: .*", "startingDeadlineSeconds: 5"),
    Mutation(
        "P09-sidecar-keeps-job",
        JOB,
        r"initContainers:\n((?:        .*\n)+?)      containers:\n",
        r"containers:\n\1",
        without="          restartPolicy: Always.*\n",
    ),
    Mutation("P09-job-restart", JOB, "restartPolicy: Never.*", "restartPolicy: Always"),
)
