"""The objects of a scope by their names, as others refer to them."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from typing import TypeVar

from scaffold.check.model.objects import Autoscaler, ConfigMap, KubernetesObject, Service
from scaffold.check.model.workloads import Workload
from scaffold.syntax.lazy import cached_property

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Named:
    """Objects that are deployed together, by namespace and name; of two with one name the first counts."""

    def __init__(self, objects: Sequence[KubernetesObject]) -> None:
        """Take all of them."""
        self._objects = objects

    def service(self, namespace: str, name: str) -> Service | None:
        """Return the Service of that name."""
        return self._services.get((namespace, name))

    @cached_property
    def _services(self) -> dict[tuple[str, str], Service]:
        return _first(((each.namespace, each.name), each) for each in self._objects if isinstance(each, Service))

    @cached_property
    def namespaces_with_services(self) -> set[str]:
        """Return the namespaces that have Services here."""
        return {namespace for namespace, _ in self._services}

    def workload(self, namespace: str, kind: str, name: str) -> Workload | None:
        """Return the workload of this kind (any for an empty one) and name."""
        return self._workloads.get((namespace, kind, name))

    @cached_property
    def _workloads(self) -> dict[tuple[str, str, str], Workload]:
        workloads = (each for each in self._objects if isinstance(each, Workload))
        return _first(((each.namespace, kind, each.name), each) for each in workloads for kind in (each.kind, ""))

    def autoscaler(self, namespace: str, kind: str, name: str) -> Autoscaler | None:
        """Return the autoscaler whose target has this kind and name."""
        return self._autoscalers.get((namespace, kind, name))

    @cached_property
    def _autoscalers(self) -> dict[tuple[str, str, str], Autoscaler]:
        found = (each for each in self._objects if isinstance(each, Autoscaler))
        return _first(((each.namespace, *each.target), each) for each in found)

    @cached_property
    def config_maps(self) -> dict[str, ConfigMap]:
        """Return the ConfigMaps by name, of whatever namespace."""
        return _first((each.name, each) for each in self._objects if isinstance(each, ConfigMap))

    def config_map(self, namespace: str, name: str) -> ConfigMap | None:
        """Return the ConfigMap that pods of a namespace get by a name; where none is given, any may be meant."""
        found = self._config_maps.get((namespace, name)) or self._config_maps.get(("", name))
        return found or (None if namespace else self.config_maps.get(name))

    @cached_property
    def _config_maps(self) -> dict[tuple[str, str], ConfigMap]:
        return _first(((each.namespace, each.name), each) for each in self._objects if isinstance(each, ConfigMap))

    @cached_property
    def claims(self) -> dict[tuple[str, str], KubernetesObject]:
        """Return the PersistentVolumeClaims by namespace and name."""
        return _first(((each.namespace, each.name), each) for each in self._of("PersistentVolumeClaim"))

    @cached_property
    def namespaces(self) -> dict[str, KubernetesObject]:
        """Return the Namespaces by name."""
        return _first((each.name, each) for each in self._of("Namespace"))

    def _of(self, kind: str) -> Iterable[KubernetesObject]:
        return (each for each in self._objects if each.kind == kind)


def _first(pairs: Iterable[tuple[K, V]]) -> dict[K, V]:
    """Return the first value of each key."""
    found: dict[K, V] = {}
    for key, value in pairs:
        found.setdefault(key, value)
    return found
