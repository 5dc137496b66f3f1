"""The sub-commands of the program in addition to `serve`, one module each.

A module is called after its sub-command, with `_job` at the end to avoid reserved words.
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
