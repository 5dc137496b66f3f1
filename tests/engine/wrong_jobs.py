"""Wrong answers about jobs, for test_answers.py."""

from __future__ import annotations

from typing import Any

from tests.support.answers import JOB

JOBS: list[tuple[str, Any, str]] = [
    ("jobs", [JOB, JOB], "must be unique, but a is used twice"),
    ("jobs", [{**JOB, "schedule": "61 * * * *"}], "must have a minute from 0 to 59, not 61"),
    ("jobs", [{**JOB, "schedule": "0 0 31 13 *"}], "must have a month from 1 to 12, not 13"),
    ("jobs", [{**JOB, "schedule": "* * * *"}], "a cron line"),
    ("jobs", [{**JOB, "schedule": "5-1 * * * *"}], "ranges from low to high, not 5-1"),
    ("jobs", [{**JOB, "command": "a; rm -rf /"}], "a sub-command and its arguments"),
    ("jobs", [{**JOB, "command": "serve"}], "has that sub-command already"),
    ("jobs", [{**JOB, "deadline": 0}], "jobs.a.deadline must be a whole number of seconds"),
    ("jobs", [{**JOB, "retries": -1}], "jobs.a.retries must be a whole number of retries"),
    ("jobs", [{**JOB, "name": "A"}], "jobs[0].name"),
]
