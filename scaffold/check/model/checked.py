"""All that a repository holds for rules to look at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Generic, Protocol, TypeVar

from scaffold.check.ground import Ground
from scaffold.check.model.configurations import Configuration, configuration
from scaffold.check.model.hosts import Claim, claims, namespaces_of_hosts
from scaffold.check.model.images import Images, tagged_by_skaffold
from scaffold.check.model.objects import KubernetesObject
from scaffold.check.model.provided import Provided
from scaffold.check.model.selection import Pods
from scaffold.check.model.workloads import Container, Server, Workload
from scaffold.syntax.dockerfile import Dockerfile
from scaffold.syntax.lazy import cached_property
from scaffold.syntax.source import Note, Source, read
from scaffold.syntax.yaml_nodes import Value

K = TypeVar("K", bound=KubernetesObject)


class Deployed(Protocol):
    """What is deployed together, as far as the repository asks it: `Scope`, whose module imports this one."""

    name: str
    objects: list[KubernetesObject]

    @property
    def containers(self) -> list[Container]:
        """Return the containers of its pods."""

    def of(self, kind: type[K]) -> list[K]:
        """Return all objects of a class."""


S = TypeVar("S", bound=Deployed)


@dataclass
class Checked(Generic[S]):
    """All that rules may look at.

    `notes` shows what could not be checked; `files` counts what was read; `ground` is what may be; `answers` are the
    files .copier-answers.yml by their folder; `settings` are what the repository's own settings declare in their
    stead; `sources` are the files that are not on disk, or were read already to be shown; `commented` those that
    were judged and hold comments for us; `has_all` is false for single files, whose relation to others is not known;
    `today` is the folder of an earlier revision's files, and the one where they stand today.
    """

    dockerfiles: list[Dockerfile] = field(default_factory=list)
    scopes: list[S] = field(default_factory=list)
    texts: list[Source] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    files: int = 0
    ground: Ground | None = None
    sources: dict[str, Source] = field(default_factory=dict)
    answers: dict[str, Value] = field(default_factory=dict)
    settings: Value | None = None
    commented: list[Source] = field(default_factory=list)
    has_all: bool = True
    today: tuple[str, str] | None = None

    def real(self, path: str) -> str:
        """Return where a file or folder stands on disk; of an earlier revision, where it stands today."""
        found = self.ground.real(path) if self.ground else path
        there, here = self.today or ("", "")
        return here + found[len(there) :] if there and f"{found}/".startswith(f"{there}/") else found

    def source(self, path: str) -> Source | None:
        """Return a file by the path that is shown."""
        if path not in self.sources and isinstance(found := read(path), Source):
            self.sources[path] = found
        return self.sources.get(path)

    @cached_property
    def configurations(self) -> list[Configuration]:
        """Return the configurations of proxies that are files of their own."""
        return [found for text in self.texts if (found := configuration(text))]

    @cached_property
    def unread_folders(self) -> set[str]:
        """Return the folders with a file that could not be checked, such as a template."""
        return {each.path.rpartition("/")[0] for each in self.notes}

    @cached_property
    def pods(self) -> Pods:
        """Return which pods are made anywhere in the repository."""
        return Pods(each for scope in self.scopes for each in scope.of(Workload))

    @cached_property
    def plain_servers(self) -> set[tuple[str, str, str]]:
        """Return namespace, kind and name of the workloads in plain manifests, of whatever environment."""
        plain = (scope for scope in self.scopes if not scope.name)
        return {(each.namespace, each.kind, each.name) for scope in plain for each in scope.of(Server)}

    @cached_property
    def provided(self) -> Provided:
        """Return in which namespaces ConfigMaps and Secrets are made, by whatever is deployed."""
        return Provided(each for scope in self.scopes for each in scope.objects)

    @cached_property
    def claims(self) -> dict[Claim, dict[str, Value]]:
        """Return which namespaces claim a host name, by whatever is deployed."""
        return claims(each for scope in self.scopes for each in scope.objects)

    @cached_property
    def hosts(self) -> dict[str, dict[str, Value]]:
        """Return by host name to which namespaces it leads, by whatever is deployed."""
        return namespaces_of_hosts(self.claims)

    @cached_property
    def tagged_by_skaffold(self) -> set[str]:
        """Return the images that skaffold.yaml builds: it gives them a tag when it deploys."""
        return tagged_by_skaffold(each for scope in self.scopes for each in scope.objects)

    @cached_property
    def images(self) -> Images:
        """Return which Dockerfile makes which container's image."""
        containers = [each for scope in self.scopes for each in scope.containers]
        return Images(self.dockerfiles, containers, partial(_declared, self.answers))

    def declared(self, path: str, question: str) -> Value | None:
        """Return what the service that the file belongs to answered to a question of the template."""
        return _declared(self.answers, path, question)


def _declared(answers: Mapping[str, Value], path: str, question: str) -> Value | None:
    while path:
        path = path.rpartition("/")[0]
        if path in answers:
            return answers[path].get(question)
    return None
