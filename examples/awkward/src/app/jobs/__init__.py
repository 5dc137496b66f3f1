"""The program's sub-commands beside `serve`, one module each.

A module is named for its sub-command with `_job` at the end, so that none is a reserved word.
"""

from app.job import Job

JOBS: dict[str, Job] = {}
