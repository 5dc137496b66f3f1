"""What is deployed together, and what the repository holds besides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from scaffold.check.ground import Ground
from scaffold.check.model.configurations import Configuration, configuration, configurations_in
from scaffold.check.model.containers import Container
from scaffold.check.model.kinds import objects_in
from scaffold.check.model.objects import (
    ConfigMap,
    HorizontalPodAutoscaler,
    KubernetesObject,
    NetworkPolicy,
    PodDisruptionBudget,
    Service,
    Workload,
)
from scaffold.check.model.selection import Selection, partners
from scaffold.syntax.dockerfile import Dockerfile
from scaffold.syntax.source import Note, Source, read
from scaffold.syntax.yaml_nodes import Document, Value


class OpenPorts:
    """The ports that some containers say they open, and where the first one says so."""

    def __init__(self, containers: list[Container]) -> None:
        self.containers = containers
        self.numbers = {number for each in containers for number in each.port_numbers}
        self.names = {name for each in containers for name in each.port_names}
        self.first = next((ports for each in containers if (ports := each.value.get("ports"))), None)


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
        return self._selection.of(selector.texts("matchLabels") if selector else {}, namespace, selector)

    def with_labels(self, labels: Mapping[str, str], namespace: str) -> list[Workload]:
        """Return the workloads of a namespace whose pods have all of these labels."""
        return self._selection.of(labels, namespace)

    def with_half(self, labels: Mapping[str, str], namespace: str) -> Workload | None:
        """Return the workload of a namespace whose pods have most of these labels, half of them at least."""
        return self._selection.closest(labels, namespace)

    @cached_property
    def _selection(self) -> Selection:
        return Selection(self.of(Workload))

    def workloads_in(self, namespace: str) -> list[Workload]:
        """Return the workloads of a namespace."""
        return self._selection.in_namespace(namespace)

    def workload(self, namespace: str, kind: str, name: str) -> Workload | None:
        """Return the first workload of this kind (any for an empty one) and name."""
        return self._by_name.get((namespace, kind, name))

    @cached_property
    def _by_name(self) -> dict[tuple[str, str, str], Workload]:
        found: dict[tuple[str, str, str], Workload] = {}
        for each in self.of(Workload):
            for kind in (each.kind, ""):
                found.setdefault((each.namespace, kind, each.name), each)
        return found

    def opened(self, workloads: list[Workload]) -> OpenPorts:
        """Return what the containers of workloads open; `workloads` is a list of an object that selects them."""
        if id(workloads) not in self._opened:
            self._opened[id(workloads)] = workloads, OpenPorts([each for one in workloads for each in one.containers])
        return self._opened[id(workloads)][1]

    @cached_property
    def _opened(self) -> dict[int, tuple[list[Workload], OpenPorts]]:
        return {}

    @cached_property
    def services_of(self) -> dict[Workload, list[Service]]:
        """Return the Services that send traffic to each workload's pods, at most `MANY`."""
        return partners(self.of(Service))

    @cached_property
    def budgets_of(self) -> dict[Workload, list[PodDisruptionBudget]]:
        """Return the PodDisruptionBudgets that hold each workload's pods, at most `MANY`."""
        return partners(self.of(PodDisruptionBudget))

    def any_selects(self, kind: type[Service | PodDisruptionBudget | NetworkPolicy]) -> bool:
        """Tell whether any object of a kind selects a workload."""
        if kind not in self._selecting:
            self._selecting[kind] = any(each.workloads for each in self.of(kind))
        return self._selecting[kind]

    @cached_property
    def _selecting(self) -> dict[type, bool]:
        return {}

    @cached_property
    def autoscalers(self) -> dict[tuple[str, str, str], HorizontalPodAutoscaler]:
        """Return the autoscalers by namespace, kind and name of what they scale."""
        return {(each.namespace, *each.target): each for each in self.of(HorizontalPodAutoscaler)}

    @cached_property
    def containers(self) -> list[Container]:
        """Return every container of every workload."""
        return [container for workload in self.of(Workload) for container in workload.all_containers]

    @cached_property
    def config_maps(self) -> dict[str, ConfigMap]:
        """Return its ConfigMaps by name."""
        return {each.name: each for each in self.of(ConfigMap)}

    @cached_property
    def mounting(self) -> dict[str, list[Workload]]:
        """Return the workloads that mount each ConfigMap, by its name."""
        found: dict[str, list[Workload]] = {}
        for each in self.of(Workload):
            volumes = each.pod.items("volumes") if each.pod else ()
            for name in dict.fromkeys(volume.text("configMap", "name") for volume in volumes):
                found.setdefault(name or "", []).append(each)
        return found

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
        named = self._dockerfiles_by_name.get(name, [])
        if len(named) == 1:
            return named[0]
        answered = self.declared(container.image.place().path, "name")
        if answered and answered.text() == name:
            folder = answered.document.source.path.rpartition("/")[0]
            return self._dockerfiles_by_path.get(f"{folder}/Dockerfile" if folder else "Dockerfile")
        return self.dockerfiles[0] if len(self.dockerfiles) == 1 and name == container.workload.name else None

    @cached_property
    def _dockerfiles_by_name(self) -> dict[str, list[Dockerfile]]:
        found: dict[str, list[Dockerfile]] = {}
        for each in self.dockerfiles:
            for name in _names(each.source.path):
                found.setdefault(name, []).append(each)
        return found

    @cached_property
    def _dockerfiles_by_path(self) -> dict[str, Dockerfile]:
        return {each.source.path: each for each in self.dockerfiles}

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
