"""Which Secrets there are among some objects, by what makes them, and which are asked for."""

from __future__ import annotations

from collections.abc import Sequence

from scaffold.check.model.objects import KubernetesObject
from scaffold.check.model.workloads import Workload
from scaffold.syntax.lazy import cached_property

_SECRETS_OF = {
    "Certificate": ("spec", "secretName"),
    "ExternalSecret": ("spec", "target", "name"),
    "VaultStaticSecret": ("spec", "destination", "name"),
}
"""The kinds that make Secrets of another name, and where that stands: cert-manager, External Secrets, Vault's."""


def secret_of(each: KubernetesObject) -> str:
    """Return the name of the Secret that an object is or makes, or nothing."""
    if path := _SECRETS_OF.get(each.kind):
        return each.value.text(*path) or each.name
    return each.name if each.kind in ("Secret", "SealedSecret") else ""


class Secrets:
    """The Secrets of some objects."""

    def __init__(self, objects: Sequence[KubernetesObject]) -> None:
        """Take the objects that are deployed together."""
        self._objects = objects

    @cached_property
    def made(self) -> dict[str, KubernetesObject]:
        """Return what makes Secrets, by the name that the Secret gets."""
        return {name: each for each in self._objects if (name := secret_of(each))}

    @cached_property
    def names(self) -> set[str]:
        """Return the names that Secrets have here, or are asked for by."""
        workloads = (each for each in self._objects if isinstance(each, Workload))
        asked = {name.text() or "" for each in workloads for name, _ in each.secrets}
        return self.made.keys() | asked - {""}
