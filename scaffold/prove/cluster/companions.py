"""The pods that a run puts beside the service, as Pod Security `restricted` has them; they go with the namespace."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from scaffold.prove.subject.manifests import Object

USER = 10001


def deployment(name: str, container: Mapping[str, Any], volumes: Sequence[Object]) -> Object:
    """Return a Deployment of one pod with one container, labelled `app: NAME`."""
    rights = {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
    pod = {
        "automountServiceAccountToken": False,
        "terminationGracePeriodSeconds": 0,
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": USER,
            "fsGroup": USER,
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [{**container, "imagePullPolicy": "IfNotPresent", "securityContext": rights}],
        "volumes": [*volumes],
    }
    labels = {"app": name}
    template = {"metadata": {"labels": labels}, "spec": pod}
    spec = {"replicas": 1, "selector": {"matchLabels": labels}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": name}, "spec": spec}


def egress(name: str, pods: Object, to: Sequence[Object]) -> Object:
    """Return a policy that lets pods reach others; policies add up, and another one may close all but what it names."""
    spec = {"podSelector": pods, "policyTypes": ["Egress"], "egress": [*to]}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": name}, "spec": spec}


def ingress(name: str, pods: Object, ports: Sequence[int | str]) -> Object:
    """Return a policy that opens ports of pods to everybody."""
    rule = {"ports": [{"port": each} for each in ports]}
    spec = {"podSelector": pods, "policyTypes": ["Ingress"], "ingress": [rule]}
    return {"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": name}, "spec": spec}
