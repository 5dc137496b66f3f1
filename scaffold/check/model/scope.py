"""What is deployed together, and what the repository holds besides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeVar

from scaffold.check.ground import Ground
from scaffold.check.model.configurations import Configuration, configuration, configurations_in
from scaffold.check.model.kinds import objects_in
from scaffold.check.model.objects import (
    ConfigMap,
    HorizontalPodAutoscaler,
    KubernetesObject,
    NetworkPolicy,
    PodDisruptionBudget,
    Service,
)
from scaffold.check.model.selection import Selection, partners
from scaffold.check.model.workloads import Container, Server, Workload
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
Selector = Service | PodDisruptionBudget | NetworkPolicy
"""The kinds that select pods."""


class Scope:
    """Objects that are deployed together: a built overlay, a rendered chart, or all plain manifests.

    `name` is empty for the plain manifests, else the folder that was built.
    """

    def __init__(self, repository: Repository, name: str, documents: Iterable[Document]) -> None:
        """Take the documents; what is no Kubernetes object in them is passed by."""
        self.repository = repository
        self.name = name
        self.objects: list[KubernetesObject] = [each for document in documents for each in objects_in(document.root)]
        self._by_type: dict[type, list[KubernetesObject]] = {}

    def of(self, kind: type[K]) -> list[K]:
        """Return all objects of a class."""
        found = self._by_type.get(kind)
        if found is None:
            found = self._by_type[kind] = [each for each in self.objects if isinstance(each, kind)]
        return found  # type: ignore[return-value]

    def workloads_of(self, each: Selector | Configuration) -> list[Workload]:
        """Return the workloads whose pods an object selects; of a proxy's configuration, those that mount it."""
        if isinstance(each, Configuration):
            return self._mounting.get(each.config_map.name, []) if each.config_map else []
        if each not in self._selected:
            self._selected[each] = self._select(each)
        return self._selected[each]

    def _select(self, each: Selector) -> list[Workload]:
        if isinstance(each, Service):  # without labels it selects nothing
            return self._selection.of(each.selector, each.namespace) if each.selector else []
        labels = each.selector.texts("matchLabels") if each.selector else {}
        return self._selection.of(labels, each.namespace, each.selector)  # an empty selector selects all

    @cached_property
    def _selected(self) -> dict[Selector, list[Workload]]:
        return {}

    def services_of(self, server: Server) -> list[Service]:
        """Return the Services that send traffic to a workload's pods, at most `MANY`."""
        return self._services.get(server, [])

    @cached_property
    def _services(self) -> dict[Workload, list[Service]]:
        return partners((each, self.workloads_of(each)) for each in self.of(Service))

    def balancers_of(self, server: Server) -> list[Service]:
        """Return those of its Services that spread requests; who asks a headless one picks the pod by itself."""
        return [each for each in self.services_of(server) if each.value.text("spec", "clusterIP") != "None"]

    def budgets_of(self, server: Server) -> list[PodDisruptionBudget]:
        """Return the PodDisruptionBudgets that hold a workload's pods, at most `MANY`."""
        return self._budgets.get(server, [])

    @cached_property
    def _budgets(self) -> dict[Workload, list[PodDisruptionBudget]]:
        return partners((each, self.workloads_of(each)) for each in self.of(PodDisruptionBudget))

    def autoscaler_of(self, server: Server) -> HorizontalPodAutoscaler | None:
        """Return the autoscaler that sets the number of a workload's pods."""
        return self._autoscalers.get((server.namespace, server.kind, server.name))

    @cached_property
    def _autoscalers(self) -> dict[tuple[str, str, str], HorizontalPodAutoscaler]:
        return {(each.namespace, *each.target): each for each in self.of(HorizontalPodAutoscaler)}

    def server_of(self, autoscaler: HorizontalPodAutoscaler) -> Server | None:
        """Return what an autoscaler scales, if that is deployed with it."""
        found = self.workload(autoscaler.namespace, *autoscaler.target)
        return found if isinstance(found, Server) else None

    def declared(self, container: Container, question: str) -> Value | None:
        """Return what the service answered to a question of the template, if the container is the service's own.

        Where the template made none of it, the settings may declare it for the first container of each workload.
        """
        repository = self.repository
        if not (repository.answers and container.image):
            first = container.role == "main" and container.value.key == 0
            return repository.settings.get(question) if repository.settings and first else None
        path = container.image.place().path
        name = repository.declared(path, "name")
        return repository.declared(path, question) if name and name.text() == container.image_name else None

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

    def opened(self, each: Selector) -> OpenPorts:
        """Return what the containers open that an object selects."""
        workloads = self.workloads_of(each)
        if id(workloads) not in self._opened:
            self._opened[id(workloads)] = workloads, OpenPorts([each for one in workloads for each in one.containers])
        return self._opened[id(workloads)][1]

    @cached_property
    def _opened(self) -> dict[int, tuple[list[Workload], OpenPorts]]:
        return {}

    def any_selects(self, kind: type[Selector]) -> bool:
        """Tell whether any object of a kind selects a workload."""
        if kind not in self._selecting:
            self._selecting[kind] = any(self.workloads_of(each) for each in self.of(kind))
        return self._selecting[kind]

    @cached_property
    def _selecting(self) -> dict[type, bool]:
        return {}

    @cached_property
    def containers(self) -> list[Container]:
        """Return every container of every workload."""
        return [container for workload in self.of(Workload) for container in workload.all_containers]

    @cached_property
    def config_maps(self) -> dict[str, ConfigMap]:
        """Return its ConfigMaps by name."""
        return {each.name: each for each in self.of(ConfigMap)}

    @cached_property
    def _mounting(self) -> dict[str, list[Workload]]:
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
