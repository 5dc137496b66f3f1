"""Whether the image of a Dockerfile serves, or does one thing and ends."""

from __future__ import annotations

import re

from scaffold.check.ground import within
from scaffold.check.model.scope import Scope
from scaffold.syntax.dockerfile import Dockerfile

_ENDS = re.compile(
    r"(?:^|[/._-])(?:backups?|builders?|cli|commands?|cron-?jobs?|dev|develop|devcontainer|e2e|exporter-job|hack|importer"
    r"|init|jobs?|linters?|migrat(?:e|ion|ions|or)|seed(?:er)?|set-?up|tests?|testing|tools?|train(?:er|ing)?|utils|utilities)(?:$|[/._-])",
    re.IGNORECASE,
)
"""What folders and files are called whose image is a tool, a task or a place to develop in."""
_TASK = re.compile(
    r"(?:^|[\s/\"'._-])(?:train|pytest|run[-_]?tests?|migrate|backup|seed)(?:\.(?:py|sh|js|R))?(?:$|[\s\"',])"
)
"""What a command runs that ends by itself."""
_AND = re.compile(r"&&|;")
_TESTS = re.compile(r"(?:^|/)(?:e2e|tests?|testing)/", re.IGNORECASE)


def serves(dockerfile: Dockerfile, scope: Scope) -> bool:
    """Return whether the image of a Dockerfile may serve: what runs it shows that, then EXPOSE, then its path."""
    if containers := scope.repository.images.containers_of(dockerfile):
        return not all(each.role == "init" or each.workload.runs_once for each in containers)
    path = within(scope.repository.ground, dockerfile.source.path)
    if dockerfile.effective("EXPOSE") or dockerfile.effective("HEALTHCHECK"):
        return _TESTS.search(path) is None
    programs = (_AND.split(str(each.value))[-1] for each in dockerfile.starts)
    return not (dockerfile.is_for_work or _ENDS.search(path) or any(map(_TASK.search, programs)))
