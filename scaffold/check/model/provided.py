"""In which namespaces ConfigMaps and Secrets are made, as far as that is sure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

from scaffold.check.model.objects import KubernetesObject
from scaffold.check.model.secrets import secret_of

Kind = Literal["ConfigMap", "Secret"]

_COPIERS = frozenset(
    {"Bundle", "ClusterExternalSecret", "GeneratingPolicy", "HierarchyConfiguration", "HNCConfiguration"}
)
"""The kinds that make ConfigMaps or Secrets in other namespaces than their own: trust-manager's, External Secrets',
Kyverno's and those of the Hierarchical Namespace Controller."""
_COPIED = re.compile(r"replicat|reflect|sync|copie|copy|clone|propagat", re.IGNORECASE)
"""What annotations have by which controllers copy objects, such as replicator.v1.mittwald.de/replicate-to."""
_ANNOTATIONS = (
    ("metadata", "annotations"),
    ("spec", "secretTemplate", "annotations"),
    ("spec", "template", "metadata", "annotations"),
    ("spec", "target", "template", "metadata", "annotations"),
)
"""Where an object has its annotations, and those that it gives to the Secret that it makes."""


class Provided:
    """The ConfigMaps and Secrets that some objects are or make."""

    def __init__(self, objects: Iterable[KubernetesObject]) -> None:
        """Take the objects; of two with one name and namespace the first counts."""
        self._by_name: dict[tuple[Kind, str], dict[str, KubernetesObject]] = {}
        self._unsure = False
        for each in objects:
            self._unsure = self._unsure or _moves_others(each)
            if each.kind == "ConfigMap":
                self._add("ConfigMap", each.name, each)
            elif name := secret_of(each):
                self._add("Secret", name, each)

    def _add(self, kind: Kind, name: str, each: KubernetesObject) -> None:
        namespace = "" if _is_copied(each) else each.certain_namespace
        self._by_name.setdefault((kind, name), {}).setdefault(namespace, each)

    def elsewhere(self, kind: Kind, name: str, namespace: str) -> KubernetesObject | None:
        """Return what makes one of this name, if that is in another namespace for sure, and nothing in this one."""
        found = self._by_name.get((kind, name))
        if not found or not namespace or self._unsure or "" in found or namespace in found:
            return None
        return next(iter(found.values()))

    def may_be_in(self, kind: Kind, name: str, namespace: str) -> bool:
        """Return whether one of this name is, or may be, in a namespace."""
        found = self._by_name.get((kind, name), {})
        return self._unsure or "" in found or namespace in found


def _moves_others(each: KubernetesObject) -> bool:
    """Return whether an object puts others into namespaces which they don't name."""
    if each.kind == "Kustomization":  # Flux's, which may exchange the namespace of all that it applies
        return each.value.get("spec", "targetNamespace") is not None
    if each.kind == "ClusterPolicy":  # Kyverno's
        return any(rule.get("generate") for rule in each.value.items("spec", "rules"))
    return each.kind in _COPIERS


def _is_copied(each: KubernetesObject) -> bool:
    return any(_COPIED.search(key) for path in _ANNOTATIONS for key in each.value.texts(*path))
