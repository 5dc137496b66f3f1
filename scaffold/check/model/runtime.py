"""What a cluster adds to the objects of a repository: labels that controllers set, containers that are injected.

Nothing that is written down can contradict it, so rules do not judge by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

import yaml

from scaffold.check.model.custom_workloads import Rollout
from scaffold.check.model.objects import KubernetesObject
from scaffold.check.model.workloads import Container, Workload
from scaffold.syntax.lazy import cached_property

POD_NAME = "statefulset.kubernetes.io/pod-name"
"""The label with which a StatefulSet names each of its pods: NAME-0, NAME-1…"""

LABELS = frozenset(
    {
        POD_NAME,
        "apps.kubernetes.io/pod-index",
        "batch.kubernetes.io/controller-uid",
        "batch.kubernetes.io/job-completion-index",
        "batch.kubernetes.io/job-name",
        "controller-revision-hash",
        "controller-uid",
        "job-name",
        "pod-template-generation",
        "pod-template-hash",
        "rollouts-pod-template-hash",
    }
)
"""Labels that controllers give to pods: https://kubernetes.io/docs/reference/labels-annotations-taints/ and Argo's."""

_OWN = re.compile(r"(?:.*\.)?k8s\.io|apps|autoscaling|batch|extensions|policy|", re.DOTALL)
_LABELS = re.compile(r"(?:[a-z]\w*)?[lL]abels")


class RunTimeLabels:
    """The labels that controllers give to pods: those of Kubernetes, and those of custom objects among some objects."""

    def __init__(self, objects: Iterable[KubernetesObject]) -> None:
        """Take the objects that are deployed together."""
        self._custom = [each for each in objects if is_custom(each)]

    def may_be(self, labels: Mapping[str, str]) -> bool:
        """Return whether a pod may get all these labels at run time."""
        if not labels.keys() - LABELS:
            return True
        if not self._names.isdisjoint(labels.values()):  # an operator's pods are called like its object
            return True
        return any(labels.items() <= given for given in self._given)

    @cached_property
    def _names(self) -> set[str]:
        return {each.name for each in self._custom if not isinstance(each, Workload)} - {""}

    @cached_property
    def _given(self) -> list[set[tuple[str, str]]]:
        return [labels_given(each) for each in self._custom]


def is_custom(each: KubernetesObject) -> bool:
    """Return whether an object is of a kind that others define: its controller may make pods with its own labels."""
    return isinstance(each, Rollout) or not _OWN.fullmatch(each.group)


def labels_given(each: KubernetesObject) -> set[tuple[str, str]]:
    """Return the labels that a custom object makes its controller give: all mappings that are called `…labels`."""
    found: set[tuple[str, str]] = set()
    for key, node in _mappings(each.value.node):
        if _LABELS.fullmatch(key):
            found |= {(name.value, value.value) for name, value in node.value if _is_text(name) and _is_text(value)}
    own = each.value.texts("metadata", "labels").items()
    pods = each.pod_labels.items() if isinstance(each, Workload) else ()
    return found - set(own) - set(pods)


def _mappings(top: yaml.Node) -> Iterator[tuple[str, yaml.MappingNode]]:
    """Yield each mapping below a node with the key that it stands behind; one that aliases repeat comes once."""
    left: list[tuple[str, yaml.Node]] = [("", top)]
    seen: set[int] = set()
    while left:
        key, node = left.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            yield key, node
            left += [(name.value if _is_text(name) else "", value) for name, value in node.value]
        elif isinstance(node, yaml.SequenceNode):
            left += [("", item) for item in node.value]


def _is_text(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode)


def is_injected(container: Container) -> bool:
    """Return whether an injector replaces a container: image, ports and all (Istio's gateways, `image: auto`).

    https://istio.io/latest/docs/setup/additional-setup/gateway/#deploying-a-gateway
    """
    return container.name == "istio-proxy" and container.image is not None and container.image.text() == "auto"


def says_number(texts: Iterable[str], number: int) -> bool:
    """Return whether a number stands in one of the texts by itself: as `--port=8080`, `:8080` or `8080`."""
    wanted = re.compile(rf"(?<![\d.]){number}(?![\d.]*\d)")
    return any(wanted.search(text) for text in texts)
