"""What a pod's status says."""

from __future__ import annotations

from scaffold.prove.manifests import Object


def is_ready(pod: Object) -> bool:
    """Tell whether a pod is ready."""
    conditions = pod["status"].get("conditions", [])
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def status_of(pod: Object, container: str) -> Object:
    """Return the status of a pod's container; empty where there is none yet."""
    states = pod["status"].get("initContainerStatuses", []) + pod["status"].get("containerStatuses", [])
    return next((each for each in states if each["name"] == container), {})
