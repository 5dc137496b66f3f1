"""Which ConfigMaps and Secrets a workload needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from scaffold.syntax.yaml_nodes import Value

if TYPE_CHECKING:
    from scaffold.check.model.workloads import Workload

Kind = Literal["configMap", "secret"]
"""The word for them in fields, such as `configMapRef`."""


def references(workload: Workload, kind: Kind) -> list[tuple[Value, bool]]:
    """Return the names of the objects of a kind that must be there, and whether they become variables (else files)."""
    found: list[tuple[Value | None, bool]] = []
    whole, key = f"{kind}Ref", f"{kind}KeyRef"
    for container in workload.all_containers:
        found += [(each.get(whole), True) for each in container.value.items("envFrom")]
        found += [(each.get("valueFrom", key), True) for each in container.value.items("env")]
    for volume in workload.pod.items("volumes") if workload.pod else ():
        found += [(each.get(kind), False) for each in (volume, *volume.items("projected", "sources"))]
    return [
        (name, variable)
        for reference, variable in found
        if reference and not reference.is_true("optional") and (name := _name(reference))
    ]


def _name(reference: Value) -> Value | None:
    """Return the name that a reference gives; a volume has it in a field of its own where it is a Secret's."""
    return reference.get("name") or reference.get("secretName")
