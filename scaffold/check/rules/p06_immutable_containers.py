"""P06: immutable containers."""

from __future__ import annotations

from fractions import Fraction

from scaffold.check.model.scope import Scope
from scaffold.check.model.workloads import Container, Workload
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.kubernetes.quantities import quantity
from scaffold.syntax.yaml_nodes import Value


class WritableRoot(Rule[Container]):
    """A container's root file system is writable.

    Files written there load the node's storage driver, have no size limit and are lost with the container. An intruder
    can change the program.
    """

    id = "P06-writable-root"
    severity = "warning"
    kind = "hygiene"
    looks_at = Container

    def check(self, container: Container, scope: Scope) -> Problems:
        """Set `securityContext.readOnlyRootFilesystem: true`, and mount an emptyDir where the program must write."""
        value = container.value.get("securityContext", "readOnlyRootFilesystem")
        if container.workload.is_windows:  # where there is no such thing
            return
        if value is None or not value.is_true():
            yield Problem(value or container.at, f"{container.name}'s root file system is writable")


class UnboundedVolume(Rule[Workload]):
    """An emptyDir has no size limit.

    One pod that writes without end fills the node's disk, or its memory with `medium: Memory`. The kubelet then evicts
    other pods, too.
    """

    id = "P06-unbounded-volume"
    severity = "warning"
    kind = "hygiene"
    looks_at = Workload

    def check(self, workload: Workload, scope: Scope) -> Problems:
        """Set `sizeLimit` to what the program needs."""
        for volume in workload.pod.items("volumes") if workload.pod else ():
            empty = volume.get("emptyDir")
            if not empty or empty.get("sizeLimit"):
                continue
            medium = empty.text("medium") or ""
            in_memory = medium == "Memory"
            if in_memory and all(_limit(each, "memory") for each in workload.containers):
                continue  # it is no larger than what the pod may take altogether
            name, full = volume.get("name") or volume, "memory" if in_memory or medium.startswith("Huge") else "disk"
            yield Problem(name, f"the emptyDir {name.text() or ''} can fill the node's {full}: it has no sizeLimit")


class VolumeAboveLimit(Rule[Workload]):
    """The emptyDirs of a pod may hold more than the pod may.

    Their files count as the pod's ephemeral storage, or with `medium: Memory` as memory of the containers that write
    them. The pod is evicted or killed long before a volume is full.
    """

    id = "P06-volume-above-limit"
    severity = "error"
    looks_at = Workload

    def check(self, workload: Workload, scope: Scope) -> Problems:
        """Set `limits.ephemeral-storage` to the sum of all `sizeLimit` and the logs. Set `limits.memory` in the same
        way.
        """
        disk: list[tuple[Value, Fraction | int]] = []
        for volume in workload.pod.items("volumes") if workload.pod else ():
            bound = volume.get("emptyDir", "sizeLimit")
            size = quantity(bound.text()) if bound else None
            if bound is None or size is None:
                continue
            if volume.text("emptyDir", "medium") == "Memory":
                yield from _in_memory(workload, volume.text("name") or "", bound, size)
            elif volume.text("emptyDir", "medium") is None:
                disk.append((bound, size))
        limits = [each for container in workload.containers if (each := _limit(container, "ephemeral-storage"))]
        together = sum(size for _, size in disk)
        if disk and limits and together > sum(most for _, most in limits):
            largest = max(disk, key=lambda each: each[1])[0]
            message = f"the volumes ({largest.text()} here) exceed the limit: the pod is evicted before they are full"
            yield Problem(largest, message, also=tuple(value for value, _ in limits))


def _in_memory(workload: Workload, name: str, bound: Value, size: Fraction | int) -> Problems:
    """Yield the volume in memory that no container which mounts it may fill."""
    mounting = [
        each
        for each in workload.containers
        if any(mount.text("name") == name for mount in each.value.items("volumeMounts"))
    ]
    limits = [_limit(each, "memory") for each in mounting]
    if limits and all(each and size >= each[1] for each in limits):
        most = next(filter(None, limits))[0]
        message = f"this volume is memory, not below the limit of {most.text()}: a container that fills it is killed"
        yield Problem(bound, message, also=(most,))


def _limit(container: Container, resource: str) -> tuple[Value, Fraction | int] | None:
    value = container.value.get("resources", "limits", resource)
    most = quantity(value.text()) if value else None
    return (value, most) if value and most is not None else None
