"""What is deployed together, and what the repository holds besides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from scaffold.check.dockerfile import Dockerfile
from scaffold.check.ground import Ground
from scaffold.check.model.configurations import Configuration, configuration, configurations_in
from scaffold.check.model.containers import Container
from scaffold.check.model.kinds import objects_in
from scaffold.check.model.objects import (
    ConfigMap,
    HorizontalPodAutoscaler,
    KubernetesObject,
    PodDisruptionBudget,
    Service,
    Workload,
)
from scaffold.check.model.quantities import selects
from scaffold.check.source import Note, Source, read
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

    def selected(self, selector: Value | None, namespace: str) -> list[Workload]:
        """Return the workloads of a namespace whose pods a LabelSelector selects; an empty one selects all."""
        wanted = selector.texts("matchLabels") if selector else {}
        return [each for each in self.with_labels(wanted, namespace) if selects(selector, each.pod_labels)]

    def with_labels(self, labels: Mapping[str, str], namespace: str) -> list[Workload]:
        """Return the workloads of a namespace whose pods have all of these labels."""
        candidates = [self._with_label.get((namespace, *pair), []) for pair in labels.items()]
        fewest = min(candidates, key=len) if candidates else self._in_namespace.get(namespace, [])
        return [each for each in fewest if labels.items() <= each.pod_labels.items()]

    def with_half(self, labels: Mapping[str, str], namespace: str) -> Workload | None:
        """Return the workload of a namespace whose pods have most of these labels, half of them at least."""
        candidates = [self._with_label.get((namespace, *pair), []) for pair in labels.items()]
        fewest = min(filter(None, candidates), key=len, default=[])
        best = max(fewest, key=lambda each: len(labels.items() & each.pod_labels.items()), default=None)
        return best if best and 2 * len(labels.items() & best.pod_labels.items()) >= len(labels) else None

    @cached_property
    def _with_label(self) -> dict[tuple[str, str, str], list[Workload]]:
        found: dict[tuple[str, str, str], list[Workload]] = {}
        for each in self.of(Workload):
            for key, value in each.pod_labels.items():
                found.setdefault((each.namespace, key, value), []).append(each)
        return found

    @cached_property
    def _in_namespace(self) -> dict[str, list[Workload]]:
        found: dict[str, list[Workload]] = {}
        for each in self.of(Workload):
            found.setdefault(each.namespace, []).append(each)
        return found

    def workloads_in(self, namespace: str) -> list[Workload]:
        """Return the workloads of a namespace."""
        return self._in_namespace.get(namespace, [])

    @cached_property
    def services_of(self) -> dict[Workload, list[Service]]:
        """Return the Services that send traffic to each workload's pods."""
        found: dict[Workload, list[Service]] = {}
        for service in self.of(Service):
            for workload in service.workloads:
                found.setdefault(workload, []).append(service)
        return found

    @cached_property
    def budgets_of(self) -> dict[Workload, list[PodDisruptionBudget]]:
        """Return the PodDisruptionBudgets that hold each workload's pods."""
        found: dict[Workload, list[PodDisruptionBudget]] = {}
        for budget in self.of(PodDisruptionBudget):
            for workload in budget.workloads:
                found.setdefault(workload, []).append(budget)
        return found

    @cached_property
    def autoscalers(self) -> dict[tuple[str, str, str], HorizontalPodAutoscaler]:
        """Return the autoscalers by namespace, kind and name of what they scale."""
        return {(each.namespace, *each.target): each for each in self.of(HorizontalPodAutoscaler)}

    @cached_property
    def containers(self) -> list[Container]:
        """Return every container of every workload."""
        return [container for workload in self.of(Workload) for container in workload.all_containers]

    @cached_property
    def config_map_names(self) -> set[str]:
        """Return the names of its ConfigMaps."""
        return {each.name for each in self.of(ConfigMap)}

    @cached_property
    def configurations(self) -> list[Configuration]:
        """Return the configurations of proxies that its ConfigMaps hold."""
        return [each for config_map in self.of(ConfigMap) for each in configurations_in(config_map)]


@dataclass
class Repository:
    """All that rules may look at.

    `notes` tells what could not be judged; `files` counts what was read; `ground` is what may be; `answers` are the
    files .copier-answers.yml by their folder; `settings` are what the repository's own settings declare in their
    stead; `sources` are the files that are not on disk, or were read already to be shown; `commented` those that
    were judged and hold comments for us.
    """

    dockerfiles: list[Dockerfile] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)
    texts: list[Source] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    files: int = 0
    ground: Ground | None = None
    sources: dict[str, Source] = field(default_factory=dict)
    answers: dict[str, Value] = field(default_factory=dict)
    settings: Value | None = None
    commented: list[Source] = field(default_factory=list)

    def source(self, path: str) -> Source | None:
        """Return a file by the path that is shown."""
        if path not in self.sources:
            found = read(path)
            if not isinstance(found, Source):
                return None
            self.sources[path] = found
        return self.sources[path]

    @cached_property
    def configurations(self) -> list[Configuration]:
        """Return the configurations of proxies that are files of their own."""
        return [found for text in self.texts if (found := configuration(text))]

    @cached_property
    def tagged_by_skaffold(self) -> set[str]:
        """Return the images that skaffold.yaml builds: it gives them a tag when it deploys."""
        return {
            artifact.text("image") or ""
            for scope in self.scopes
            for each in scope.objects
            if each.kind == "Config" and (each.value.text("apiVersion") or "").startswith("skaffold/")
            for artifact in each.value.items("build", "artifacts")
        }

    def dockerfile_of(self, container: Container) -> Dockerfile | None:
        """Return the Dockerfile that a container's image is built from, or None where that is not sure.

        It is the one of the service whose answers name the image, or the one whose folder or file is called like it;
        a repository's only Dockerfile also makes the image that is called like its workload.
        """
        if container.image is None or not self.dockerfiles:
            return None
        name = container.image_name
        named = [each for each in self.dockerfiles if name in _names(each.source.path)]
        if len(named) == 1:
            return named[0]
        answered = self.declared(container.image.place().path, "name")
        if answered and answered.text() == name:
            folder = answered.document.source.path.rpartition("/")[0]
            own = f"{folder}/Dockerfile" if folder else "Dockerfile"
            near = [each for each in self.dockerfiles if each.source.path == own]
            return near[0] if near else None
        return self.dockerfiles[0] if len(self.dockerfiles) == 1 and name == container.workload.name else None

    def declared(self, path: str, question: str) -> Value | None:
        """Return what the service that the file belongs to answered to a question of the template."""
        while path:
            path = path.rpartition("/")[0]
            if path in self.answers:
                return self.answers[path].get(question)
        return None


def _names(path: str) -> set[str]:
    """Return what a Dockerfile's path says that its image is called."""
    folders, _, file = path.rpartition("/")
    parts = {part for part in file.split(".") if part.lower() not in ("dockerfile", "containerfile")}
    return parts | {folders.rpartition("/")[2]} - {""}
