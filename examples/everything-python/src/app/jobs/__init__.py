"""The program's sub-commands beside `serve`, one module each.

A module is named for its sub-command with `_job` at the end, so that none is a reserved word.
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
