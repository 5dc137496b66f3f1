"""The program's sub-commands beside `serve`, one module each.

A module is named for its sub-command with `_job` at the end, so that none is a reserved word.
"""

from app.job import Job
from app.jobs import (
    digest_job,
    warm_up_job,
)

JOBS: dict[str, Job] = {
    "digest": digest_job.run,
    "warm-up": warm_up_job.run,
}
