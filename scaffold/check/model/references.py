"""Which ConfigMaps and Secrets pods need."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from scaffold.syntax.yaml_nodes import Value

Kind = Literal["configMap", "secret"]
"""The word for them in fields, such as `configMapRef`."""


def references(containers: Iterable[Value], pod: Value | None, kind: Kind) -> list[tuple[Value, bool]]:
    """Return the names of the objects of a kind that must be there, and whether they become variables (else files)."""
    found: list[tuple[Value | None, bool]] = []
    whole, key = f"{kind}Ref", f"{kind}KeyRef"
    for container in containers:
        found += [(each.get(whole), True) for each in container.items("envFrom")]
        found += [(each.get("valueFrom", key), True) for each in container.items("env")]
    for volume in pod.items("volumes") if pod else ():
        found += [(each.get(kind), False) for each in (volume, *volume.items("projected", "sources"))]
    return [
        (name, variable)
        for reference, variable in found
        if reference and not reference.is_true("optional") and (name := _name(reference))
    ]


def _name(reference: Value) -> Value | None:
    """Return the name that a reference gives; a volume has it in a field of its own where it is a Secret's."""
    return reference.get("name") or reference.get("secretName")
