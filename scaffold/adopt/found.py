"""What a repository has of one service, for all sources of facts to look at."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scaffold.adopt.proposal import Place
from scaffold.check.model.checked import Checked
from scaffold.check.model.objects import KubernetesObject
from scaffold.check.model.scope import Scope
from scaffold.check.model.workloads import Container, Job, Workload
from scaffold.errors import ServiceError
from scaffold.files.foreign import read_foreign
from scaffold.syntax.dockerfile import Dockerfile
from scaffold.syntax.source import Place as Shown
from scaffold.syntax.source import Source
from scaffold.syntax.yaml_nodes import Document, Value, documents


@dataclass(frozen=True)
class Files:
    """The files of the work tree at `top`, by their paths from there; what leads out of it is not there."""

    top: Path
    _read: dict[str, Source | None] = field(default_factory=dict)

    def source(self, path: str) -> Source | None:
        """Return a file, or None where there is no regular file of a bounded size."""
        if path not in self._read:
            try:
                self._read[path] = Source(path, read_foreign(self.top / path, below=self.top))
            except (OSError, ValueError):
                self._read[path] = None
        return self._read[path]

    def documents(self, path: str) -> list[Document]:
        """Return the documents of a file as far as it is YAML, or JSON."""
        source = self.source(path)
        return documents(source)[0] if source else []

    def names(self, folder: str, *endings: str) -> list[str]:
        """Return the paths of what lies directly in a folder and ends so, sorted."""
        try:
            names = sorted(each.name for each in (self.top / folder).iterdir())
        except OSError:
            return []
        return [f"{folder.rstrip('/')}/{name}".lstrip("/") for name in names if name.endswith(endings)]


@dataclass(frozen=True)
class Environment:
    """What is deployed for one environment: `name` is "" where there is but one.

    `server` is the workload whose pods serve, and `container` the one of them that runs the service's image. `objects`
    are those of the service, and `files` the paths of the files from which only they are built.
    """

    name: str
    scope: Scope
    server: Workload
    container: Container
    objects: Sequence[KubernetesObject]
    files: frozenset[str]

    @property
    def title(self) -> str:
        """Return kind and name of the workload, as sentences have it."""
        return f"{self.server.kind} {self.server.name}"

    @property
    def volumes(self) -> dict[str | None, Value]:
        """Return the volumes of its pods by name."""
        return {each.text("name"): each for each in (self.server.pod.items("volumes") if self.server.pod else ())}

    @property
    def jobs(self) -> list[Job]:
        """Return the Jobs and CronJobs of the service."""
        return [each for each in self.objects if isinstance(each, Job)]


@dataclass(frozen=True)
class Found:
    """All that was found of the service in the folder `prefix` of a work tree.

    `environments` has what is deployed, production first, and nothing where nothing is. `dockerfile` builds the image.
    `compose` is the service's record in a file of Docker Compose.
    """

    files: Files
    prefix: str
    repository: Checked[Scope]
    dockerfile: Dockerfile
    environments: Sequence[Environment] = ()
    compose: Value | None = None

    @property
    def production(self) -> Environment | None:
        """Return the environment whose values count."""
        return self.environments[0] if self.environments else None

    def at(self, value: Value | Shown) -> Place:
        """Return where a value is written: in the file that people edit, and not in what a tool built from it."""
        return at(self.files, self.repository, value)

    def source(self, name: str) -> Source | None:
        """Return a file of the service's folder."""
        return self.files.source(self.prefix + name)

    def has(self, name: str) -> bool:
        """Return whether the service's folder has a file."""
        return self.source(name) is not None


def at(files: Files, repository: Checked[Scope], value: Value | Shown) -> Place:
    """Return the place of something, from the top of the work tree."""
    shown = value.place() if isinstance(value, Value) else value
    return Place(path_of(files, repository, shown.path), shown.line)


def path_of(files: Files, repository: Checked[Scope], shown: str) -> str:
    """Return the path from the top of a file that `check` shows from the working folder."""
    real = repository.ground.real(shown) if repository.ground else shown
    return Path(os.path.relpath(os.path.realpath(real), os.path.realpath(files.top))).as_posix()


def documents_of(objects: Iterable[KubernetesObject]) -> list[Document]:
    """Return the documents of objects, each once."""
    return list({id(each.value.document): each.value.document for each in objects}.values())


def where(prefix: str) -> str:
    """Return what a sentence about the folder `prefix` begins with."""
    return prefix.rstrip("/") or "The repository"


def two_services(prefix: str, listed: str) -> ServiceError:
    """Return the refusal of a folder with several services, which are `listed` with their places."""
    return ServiceError(
        f"{where(prefix)} has more than one service: {listed}. Name the folder of one, which has its Dockerfile; "
        "where they share a folder, give each its own first."
    )


def here(value: Value) -> Place:
    """Return the place of a value in one of `Files`."""
    return Place(value.document.source.path, value.place().line)


def line_with(source: Source, text: str) -> int:
    """Return the number of the first line that has a text, or 0."""
    return next((number for number, line in enumerate(source.lines, 1) if text in line), 0)
