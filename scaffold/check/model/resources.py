"""What containers request and are limited to: by themselves, by their pod, or by a LimitRange of their namespace.

https://kubernetes.io/docs/concepts/policy/limit-range/,
https://kubernetes.io/docs/tasks/configure-pod-container/assign-pod-level-resources/
"""

from __future__ import annotations

from collections.abc import Iterable

from scaffold.check.model.objects import KubernetesObject
from scaffold.check.model.workloads import Container
from scaffold.syntax.yaml_nodes import Value


class Resources:
    """Knows the LimitRanges among some objects."""

    def __init__(self, objects: Iterable[KubernetesObject]) -> None:
        """Take the objects that are deployed together."""
        self._defaults: dict[str, list[Value]] = {}
        for each in objects:
            if each.kind == "LimitRange":
                limits = [item for item in each.value.items("spec", "limits") if item.text("type") == "Container"]
                self._defaults.setdefault(each.namespace, []).extend(limits)

    def of(self, container: Container, kind: str, name: str) -> Value | None:
        """Return a container's `requests` or `limits` (the kind) of a resource such as `memory`."""
        pod = container.workload.pod
        found = container.value.get("resources", kind, name) or (pod.get("resources", kind, name) if pod else None)
        defaults = "default" if kind == "limits" else "defaultRequest"
        ranges = self._defaults.get(container.workload.namespace, ())
        return found or next((value for each in ranges if (value := each.get(defaults, name))), None)
