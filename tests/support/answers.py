"""The questions of the template, and the shortest records that they take."""

from __future__ import annotations

from scaffold.engine.answers import Questionnaire
from workshop import goldens

JOB = {"name": "a", "command": "a", "deadline": 60, "retries": 1}
DEPENDENCY = {"name": "a", "url": "http://a", "kind": "critical", "timeout": 1}


def questionnaire() -> Questionnaire:
    """Return the questions of the template as it is in this work tree."""
    return goldens.engine()[1]
