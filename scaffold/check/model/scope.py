"""What is deployed together, and what the repository holds besides."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from scaffold.check.dockerfile import Dockerfile
from scaffold.check.model.containers import Container
from scaffold.check.model.objects import KubernetesObject, Workload, objects_in
from scaffold.check.source import Note, Source
from scaffold.check.yaml_nodes import Document, Value

K = TypeVar("K", bound=KubernetesObject)


class Scope:
    """Objects that are deployed together: a built overlay, a rendered chart, or all plain manifests.

    `name` is empty for the plain manifests, else the folder that was built.
    """

    def __init__(self, repository: Repository, name: str, documents: Iterable[Document]) -> None:
        """Take the documents; what is no Kubernetes object in them is passed by."""
        self.repository = repository
        self.name = name
        self.objects: list[KubernetesObject] = [
            each for document in documents for each in objects_in(document.root, self)
        ]
        self._by_type: dict[type, list[KubernetesObject]] = {}

    def of(self, kind: type[K]) -> list[K]:
        """Return all objects of a class."""
        found = self._by_type.get(kind)
        if found is None:
            found = self._by_type[kind] = [each for each in self.objects if isinstance(each, kind)]
        return found  # type: ignore[return-value]

    @cached_property
    def containers(self) -> list[Container]:
        """Return every container of every workload."""
        return [container for workload in self.of(Workload) for container in workload.all_containers]


@dataclass
class Repository:
    """All that rules may look at.

    `notes` tells what could not be judged; `answers` are the files .copier-answers.yml by their folder.
    """

    dockerfiles: list[Dockerfile] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)
    texts: list[Source] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    answers: dict[str, Value] = field(default_factory=dict)

    def declared(self, path: str, question: str) -> Value | None:
        """Return what the service that the file belongs to answered to a question of the template."""
        while path:
            path = path.rpartition("/")[0]
            if path in self.answers:
                return self.answers[path].get(question)
        return None
