"""What a pod's status says."""

from __future__ import annotations

from scaffold.prove.subject.manifests import Object


def is_ready(pod: Object) -> bool:
    """Return whether a pod is ready."""
    conditions = pod["status"].get("conditions", [])
    return any(each["type"] == "Ready" and each["status"] == "True" for each in conditions)


def statuses(pod: Object) -> list[Object]:
    """Return the statuses of a pod's containers, init containers first."""
    return [*pod["status"].get("initContainerStatuses", []), *pod["status"].get("containerStatuses", [])]


def status_of(pod: Object, container: str) -> Object:
    """Return the status of a pod's container; empty where there is none yet."""
    return next((each for each in statuses(pod) if each["name"] == container), {})


def last_words(pod: Object) -> str:
    """Return why a container of a pod is not ready, as the kubelet says it; nothing where it shows nothing."""
    for each in statuses(pod):
        waiting = each["state"].get("waiting") or each.get("lastState", {}).get("terminated") or {}
        if waiting and not each.get("ready"):
            return f"container {each['name']}: {waiting.get('reason', '')} {waiting.get('message', '')}".strip()
    return ""
