"""The questions of the template, the shortest records that they take, and what a service recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from scaffold.engine.answers import Questionnaire
from scaffold.engine.answers_file import NAME as FILE
from workshop import goldens

JOB = {"name": "a", "command": "a", "deadline": 60, "retries": 1}
DEPENDENCY = {"name": "a", "url": "http://a", "kind": "critical", "timeout": 1}


def questionnaire() -> Questionnaire:
    """Return the questions of the template as it is in this work tree."""
    return goldens.engine()[1]


def recorded_in(service: Path) -> dict[str, Any]:
    """Return all that the answers file of a service says."""
    answers: dict[str, Any] = yaml.safe_load((service / FILE).read_text())
    return answers
