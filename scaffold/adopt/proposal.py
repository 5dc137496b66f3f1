"""What a repository shows of the service in one of its folders, as answers with their evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scaffold.syntax.yaml_nodes import Document


@dataclass(frozen=True)
class Place:
    """Where something stands: `path` from the top of the repository; `line` counts from 1, 0 is the whole file."""

    path: str
    line: int = 0

    def __str__(self) -> str:
        """Return `path:line`, as sentences have it."""
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass(frozen=True)
class Proposed:
    """One answer: `value` for the question `name`, the places that show it, and `why` it follows from them.

    `sure` is false for a guess. The value has the type of the question: text, number, truth value, list or mapping.
    """

    name: str
    value: Any
    why: str
    places: tuple[Place, ...]
    sure: bool = True


@dataclass(frozen=True)
class Build:
    """What is deployed together today: plain manifests, what a kustomization builds to, or what a chart renders to.

    `environment` is the name of the environment that it is for, "" where there is one. `objects` are the objects that
    belong to the service, as they are in the cluster; `files` are the files of the repository, by their path from its
    top, that only they were built from, so that nothing needs them afterwards.
    """

    environment: str
    objects: Sequence[Document]
    files: frozenset[str]


@dataclass(frozen=True)
class Proposal:
    """All that was read of the service in the folder `prefix` of the repository: "" or "a/b/".

    `answers` are in the order of the questions, at most one for each. `builds` has a build for each environment, none
    where nothing is deployed yet. `unread` are sentences about what could not be read, or has no question.
    """

    prefix: str
    answers: tuple[Proposed, ...]
    builds: tuple[Build, ...]
    unread: tuple[str, ...] = ()
