"""Which objects a policy is about: its resource rules and selectors, as the API server applies them to a creation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from scaffold.check.model.objects import KubernetesObject
from scaffold.check.policy.policy import Policy
from scaffold.check.policy.values import plain

_CLUSTER = frozenset(
    {
        "APIService",
        "CertificateSigningRequest",
        "ClusterRole",
        "ClusterRoleBinding",
        "CSIDriver",
        "CSINode",
        "CustomResourceDefinition",
        "FlowSchema",
        "IngressClass",
        "MutatingWebhookConfiguration",
        "Namespace",
        "Node",
        "PersistentVolume",
        "PriorityClass",
        "PriorityLevelConfiguration",
        "RuntimeClass",
        "StorageClass",
        "ValidatingAdmissionPolicy",
        "ValidatingAdmissionPolicyBinding",
        "ValidatingWebhookConfiguration",
        "VolumeAttachment",
    }
)
"""Kinds of Kubernetes that are in no namespace; of others, that of the object shows it."""
_NOT_IN_A_CLUSTER = ("kustomize.config.k8s.io/", "skaffold/")


@dataclass(frozen=True)
class Subject:
    """An object that policies may be about."""

    object: KubernetesObject

    @cached_property
    def data(self) -> dict[str, Any]:
        """Return the object as JSON."""
        found = plain(self.object.value)
        return found if isinstance(found, dict) else {}

    @cached_property
    def version(self) -> str:
        """Return its group and version, such as `apps/v1`."""
        return self.object.value.text("apiVersion") or ""

    @property
    def is_for_a_cluster(self) -> bool:
        """Return whether it is something that is sent to the API server."""
        return bool(self.version and self.object.kind) and not self.version.startswith(_NOT_IN_A_CLUSTER)

    @property
    def is_namespaced(self) -> bool:
        """Return whether it is in a namespace."""
        return self.object.kind not in _CLUSTER or bool(self.object.namespace)

    @cached_property
    def names(self) -> tuple[str, str, str]:
        """Return group, version and resource."""
        group, _, version = self.version.rpartition("/")
        return group, version, plural(self.object.kind)

    @property
    def request(self) -> dict[str, Any]:
        """Return the request by which it would be made."""
        group, version, resource = self.names
        kind = {"group": group, "version": version, "kind": self.object.kind}
        of = {"group": group, "version": version, "resource": resource}
        return {
            "operation": "CREATE",
            "name": self.object.name,
            "namespace": self.object.namespace,
            "dryRun": False,
            "kind": kind,
            "requestKind": kind,
            "resource": of,
            "requestResource": of,
            "subResource": "",
            "requestSubResource": "",
        }


REQUEST = ("operation", "name", "namespace", "dryRun", "kind", "requestKind", "resource", "requestResource")
"""What is known of a request without a cluster, beside the empty sub-resources."""


def plural(kind: str) -> str:
    """Return the resource of a kind, as Kubernetes names its own."""
    name = kind.lower()
    if name == "endpoints":
        return name
    if name.endswith(("s", "x", "ch", "sh")):
        return f"{name}es"
    return f"{name[:-1]}ies" if name.endswith("y") and name[-2:-1] not in "aeiou" else f"{name}s"


def is_about(policy: Policy, subject: Subject) -> bool:
    """Return whether a policy judges an object, as far as its namespace is not asked for."""
    if not subject.is_for_a_cluster or not any(_matches(rule, subject) for rule in policy.constraints):
        return False
    if any(_matches(rule, subject) for rule in policy.excluded):
        return False
    return selects(policy.object_selector, labels_of(subject.data))


def labels_of(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the labels of an object."""
    metadata = data.get("metadata")
    labels = metadata.get("labels") if isinstance(metadata, Mapping) else None
    return labels if isinstance(labels, Mapping) else {}


def _matches(rule: Mapping[str, Any], subject: Subject) -> bool:
    group, version, resource = subject.names
    names = rule.get("resourceNames") or ()
    return (
        _has(rule.get("operations"), "CREATE")
        and _has(rule.get("apiGroups"), group)
        and _has(rule.get("apiVersions"), version)
        and any(each in ("*", "*/*", resource) for each in rule.get("resources") or ())
        and (not names or subject.object.name in names)
        and rule.get("scope", "*") in ("*", "Namespaced" if subject.is_namespaced else "Cluster")
    )


def _has(known: Sequence[str] | None, wanted: str) -> bool:
    return "*" in (known or ()) or wanted in (known or ())


def selects(selector: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    """Return whether a LabelSelector, which `read` has checked, selects something with these labels."""
    if any(labels.get(key) != value for key, value in (selector.get("matchLabels") or {}).items()):
        return False
    return all(_holds(each, labels) for each in selector.get("matchExpressions") or ())


def _holds(each: Mapping[str, Any], labels: Mapping[str, Any]) -> bool:
    key, values = str(each["key"]), each.get("values") or ()
    match each.get("operator"):
        case "In":
            return key in labels and labels[key] in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case _:
            return key not in labels
