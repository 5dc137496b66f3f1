"""The sub-commands of the program in addition to `serve`, one module each.

A module is called after its sub-command, with `_job` at the end to avoid reserved words.
"""

from app.job import Job

JOBS: dict[str, Job] = {}
