"""What is deployed together, and how its parts relate."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice
from typing import TypeVar
from weakref import ref

from scaffold.check.model.checked import Checked
from scaffold.check.model.configurations import Configuration, configurations_in
from scaffold.check.model.kinds import objects_in
from scaffold.check.model.named import Named
from scaffold.check.model.objects import (
    Autoscaler,
    ConfigMap,
    KubernetesObject,
    NetworkPolicy,
    PodDisruptionBudget,
    Service,
)
from scaffold.check.model.once import Once
from scaffold.check.model.policies import Policies
from scaffold.check.model.ports import OpenPorts
from scaffold.check.model.provided import Kind, Provided
from scaffold.check.model.resources import Resources
from scaffold.check.model.rights import Rights
from scaffold.check.model.runtime import RunTimeLabels
from scaffold.check.model.secrets import Secrets
from scaffold.check.model.selection import MANY, Selection
from scaffold.check.model.selectors import Selector, Selectors
from scaffold.check.model.workloads import Container, Server, Workload
from scaffold.syntax.lazy import cached_property
from scaffold.syntax.yaml_nodes import Document, Value

K = TypeVar("K", bound=KubernetesObject)


class Scope(Once):
    """Objects that are deployed together: a built overlay, a rendered chart, or all plain manifests.

    `name` is empty for the plain manifests, otherwise the built folder. Plain manifests may be those of several
    environments: each is a scope, with the documents that it shares with others.
    """

    def __init__(
        self,
        repository: Checked[Scope],
        name: str,
        documents: Iterable[Document],
        shared: Iterable[Document] = (),
        *,
        lacks_parts: bool = False,
    ) -> None:
        """Take the documents, and which of them are `shared`; what is not a Kubernetes object in them is skipped.

        `lacks_parts` where more is deployed with them, which is not in the repository.
        """
        super().__init__()
        self.name, self.lacks_parts = name, lacks_parts
        self._repository = ref(repository)  # which holds its scopes: each other would be a circle
        self._shared = {id(each) for each in shared}
        self.objects: list[KubernetesObject] = [each for document in documents for each in objects_in(document.root)]
        self._by_type: dict[type, list[KubernetesObject]] = {}

    @property
    def repository(self) -> Checked[Scope]:
        """Return the repository; it is there as long as its scopes are looked at."""
        repository = self._repository()
        assert repository is not None
        return repository

    def of(self, kind: type[K]) -> list[K]:
        """Return all objects of a class."""
        found = self._by_type.get(kind)
        if found is None:
            found = self._by_type[kind] = [each for each in self.objects if isinstance(each, kind)]
        return found  # type: ignore[return-value]

    def elsewhere(self, each: KubernetesObject) -> list[Scope]:
        """Return the other environments that share an object: what it refers to may be in those that have it."""
        shares = id(each.value.document) in self._shared
        return list(islice((it for it in self.repository.scopes if shares and it is not self and not it.name), MANY))

    def lacks_pods(self, each: KubernetesObject) -> bool:
        """Return whether pods may be deployed with an object that could not be read: of a chart, or beside its file."""
        folder = each.value.document.source.path.rpartition("/")[0]
        return self.lacks_parts or (not self.name and folder in self.repository.unread_folders)

    def workloads_of(self, each: Selector | Configuration) -> list[Workload]:
        """Return the workloads whose pods an object selects; of a proxy's configuration, those that mount it."""
        if isinstance(each, Configuration):
            return self._mounting.get(each.config_map.name, []) if each.config_map else []
        return self._selectors.workloads_of(each)

    @cached_property
    def run_time_labels(self) -> RunTimeLabels:
        """Return which labels pods may get that stand in no pod template."""
        return RunTimeLabels(self.objects)

    @cached_property
    def _selectors(self) -> Selectors:
        return Selectors(self.objects, self._selection)

    def services_of(self, server: Workload) -> list[Service]:
        """Return the Services that send traffic to a workload's pods, at most `MANY`."""
        return self._selectors.services.get(server, [])

    def balancers_of(self, server: Server) -> list[Service]:
        """Return those of its Services that spread requests; who asks a headless one picks the pod by itself."""
        return [each for each in self.services_of(server) if each.value.text("spec", "clusterIP") != "None"]

    def budgets_of(self, server: Server) -> list[PodDisruptionBudget]:
        """Return the PodDisruptionBudgets that hold a workload's pods, at most `MANY`."""
        return self._selectors.budgets.get(server, [])

    def policies_of(self, workload: Workload) -> list[NetworkPolicy]:
        """Return the NetworkPolicies that select a workload's pods, at most `MANY`."""
        return self._selectors.policies.get(workload, [])

    @cached_property
    def policies(self) -> Policies:
        """Return what is known beside its NetworkPolicies."""
        return Policies(self.objects)

    def policy_beside(self, workload: Workload) -> NetworkPolicy | None:
        """Return the first policy for other workloads of a workload's namespace: in its folder, or built with it."""
        return self._policy_of_place.get((workload.namespace, self._folder(workload)))

    @cached_property
    def _policy_of_place(self) -> dict[tuple[str, str], NetworkPolicy]:
        found: dict[tuple[str, str], NetworkPolicy] = {}
        for each in self.of(NetworkPolicy):
            if self.workloads_of(each):
                found.setdefault((each.namespace, self._folder(each)), each)
        return found

    def _folder(self, each: KubernetesObject) -> str:
        return "" if self.name else each.value.document.source.path.rpartition("/")[0]

    @cached_property
    def named(self) -> Named:
        """Return the objects by their names."""
        return Named(self.objects)

    def autoscaler_of(self, server: Server) -> Autoscaler | None:
        """Return the autoscaler that sets the number of a workload's pods."""
        return self.named.autoscaler(server.namespace, server.kind, server.name)

    def first_autoscaler_of(self, other: Autoscaler) -> Autoscaler:
        """Return the first of the autoscalers with the target of another one, which may be the same."""
        return self.named.autoscaler(other.namespace, *other.target) or other

    def server_of(self, autoscaler: Autoscaler) -> Server | None:
        """Return what an autoscaler scales, if that is deployed with it."""
        found = self.named.workload(autoscaler.namespace, *autoscaler.target)
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

    def misspelt(self, labels: Mapping[str, str], namespace: str) -> Workload | None:
        """Return the workload of a namespace that these labels nearly select: one of them is spelled differently."""
        return self._selection.misspelt(labels, namespace)

    @cached_property
    def _selection(self) -> Selection:
        return Selection(self.of(Workload))

    def workloads_in(self, namespace: str, labels: Mapping[str, str] | None = None) -> list[Workload]:
        """Return the workloads of a namespace whose pods have all of some labels."""
        return self._selection.of(labels or {}, namespace)

    def opened(self, each: Selector) -> OpenPorts:
        """Return what the containers open that an object selects."""
        return self._selectors.opened(each)

    def says_port(self, each: Selector, number: int) -> bool:
        """Return whether something beside `ports` shows that the pods which an object selects open a port."""
        return self.opened(each).are_said(number, self.named.config_maps)

    def any_selects(self, kind: type[Selector]) -> bool:
        """Return whether any object of a kind selects a workload."""
        return self._selectors.any_selects(kind)

    @cached_property
    def resources(self) -> Resources:
        """Return what containers request and may take."""
        return Resources(self.objects)

    @cached_property
    def containers(self) -> list[Container]:
        """Return every container of every workload."""
        return [container for workload in self.of(Workload) for container in workload.all_containers]

    @cached_property
    def secrets(self) -> Secrets:
        """Return which Secrets there are, and which are asked for."""
        return Secrets(self.objects)

    @cached_property
    def _provided(self) -> Provided:
        return Provided(self.objects)

    def in_other_namespace(self, workload: Workload, kind: Kind, name: str) -> KubernetesObject | None:
        """Return what makes a ConfigMap or Secret that a workload can't get: it is in another namespace for sure."""
        namespace = workload.certain_namespace
        found = self._provided.elsewhere(kind, name, namespace)
        return None if found and self.repository.provided.may_be_in(kind, name, namespace) else found

    @cached_property
    def rights(self) -> Rights:
        """Return which rights service accounts have."""
        return Rights(self.objects)

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
