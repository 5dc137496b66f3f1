"""The sub-commands of the program in addition to `serve`, one module each.

A module is called after its sub-command, with `_job` at the end to avoid reserved words.
"""

from app.job import Job
from app.jobs import (
    migrate_job,
    report_job,
    import_job,
)

JOBS: dict[str, Job] = {
    "migrate": migrate_job.run,
    "report": report_job.run,
    "import": import_job.run,
}
