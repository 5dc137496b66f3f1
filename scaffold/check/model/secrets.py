"""Which Secrets there are among some objects, by what makes them, and which are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from scaffold.check.model.objects import KubernetesObject
from scaffold.check.model.workloads import Workload
from scaffold.syntax.yaml_nodes import Value

_SECRETS_OF = {
    "Certificate": ("spec", "secretName"),
    "ExternalSecret": ("spec", "target", "name"),
    "VaultStaticSecret": ("spec", "destination", "name"),
}
"""The kinds that make Secrets of another name, and where that stands: cert-manager, External Secrets, Vault's."""


class Secrets:
    """The Secrets of some objects."""

    def __init__(self, objects: Sequence[KubernetesObject]) -> None:
        """Take the objects that are deployed together."""
        self._objects = objects

    @cached_property
    def made(self) -> dict[str, KubernetesObject]:
        """Return what makes Secrets, by the name that the Secret gets."""
        found = {each.name: each for each in self._objects if each.kind in ("Secret", "SealedSecret")}
        for each in self._objects:
            if path := _SECRETS_OF.get(each.kind):
                found[each.value.text(*path) or each.name] = each
        return found

    @cached_property
    def names(self) -> set[str]:
        """Return the names that Secrets have here, or are asked for by."""
        workloads = (each for each in self._objects if isinstance(each, Workload))
        return self.made.keys() | {name.text() or "" for each in workloads for name in references(each)} - {""}


def references(workload: Workload) -> list[Value]:
    """Return the names of the Secrets that a workload needs."""
    found: list[Value | None] = []
    for container in workload.all_containers:
        found += [each.get("secretRef") for each in container.value.items("envFrom")]
        found += [each.get("valueFrom", "secretKeyRef") for each in container.value.items("env")]
    names = [each.get("name") for each in found if each and not each.is_true("optional")]
    volumes = workload.pod.items("volumes") if workload.pod else ()
    names += [each.get("secret", "secretName") for each in volumes if not each.is_true("secret", "optional")]
    return [each for each in names if each]
