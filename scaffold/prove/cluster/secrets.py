"""Secrets for an experiment: each value is made up, so no store is asked, and no value of yours is needed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from scaffold.prove.subject.manifests import Object
from scaffold.prove.subject.subject import MADE_UP

STORES = frozenset({"ExternalSecret", "SealedSecret", "SecretProviderClass"})
"""Kinds by which a store gives its values to a namespace."""
_DRIVER = "secrets-store.csi.k8s.io"
_BEFORE_A_RELEASE = "-hook"
"""The end of a name that only Jobs of a chart use, which run before its release."""


def objects(secrets: Mapping[str, Sequence[str]]) -> list[Object]:
    """Return Secrets with these keys, by their names."""
    names = [(name + end, keys) for name, keys in secrets.items() for end in ("", _BEFORE_A_RELEASE)]
    return [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": name},
            "stringData": dict.fromkeys(keys, MADE_UP),
        }
        for name, keys in names
    ]


def mount_secrets(pod: Object) -> None:
    """Let a pod mount the Secret of the same name where it mounts a class of the CSI driver."""
    for volume in pod.get("volumes") or []:
        csi = volume.get("csi") or {}
        if csi.get("driver") == _DRIVER:
            del volume["csi"]
            volume["secret"] = {"secretName": csi["volumeAttributes"]["secretProviderClass"]}
