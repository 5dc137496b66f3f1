"""Which fields of an object that runs a cluster never changes: who wants another value must delete the object."""

from __future__ import annotations

import re

_WORKLOAD = r"spec\.selector"
_CLAIM = r"spec\.(?:(?!resources\b|volumeAttributesClassName\b).*)"
_FIXED = {
    ("apps", "Deployment"): _WORKLOAD,
    ("apps", "ReplicaSet"): _WORKLOAD,
    ("apps", "DaemonSet"): _WORKLOAD,
    ("apps", "StatefulSet"): r"spec\.(?:selector|serviceName|podManagementPolicy|volumeClaimTemplates)",
    ("batch", "Job"): r"spec\.(?:selector|template|completionMode|podFailurePolicy)",
    ("", "PersistentVolumeClaim"): _CLAIM,
    ("rbac.authorization.k8s.io", "RoleBinding"): r"roleRef",
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): r"roleRef",
    ("storage.k8s.io", "StorageClass"): r"provisioner|parameters|reclaimPolicy|volumeBindingMode",
}
"""By group and kind, as the validation of the API server has them (`Validate…Update` of kubernetes/kubernetes)."""

_FIXED_IF_GIVEN = {("", "Service"): r"spec\.clusterIPs?"}
"""The same, where the live object keeps its value if the new one has none."""


def is_fixed(group: str, kind: str, field: str, *, left_out: bool = False) -> bool:
    """Return whether the API server refuses another value of a field, such as `spec.selector.matchLabels.app`.

    `left_out`: the new object has no value.
    """
    fixed = _FIXED.get((group, kind)) or (None if left_out else _FIXED_IF_GIVEN.get((group, kind)))
    return fixed is not None and re.fullmatch(rf"(?:{fixed})(?:[.\[].*)?", field, re.DOTALL) is not None
