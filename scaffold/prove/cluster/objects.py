"""A service's manifests as they are applied: as they were built, moved into the experiments' namespace."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping, Sequence

from scaffold.kubernetes.references import written
from scaffold.prove.cluster.companions import ingress
from scaffold.prove.cluster.kubectl import Kubectl
from scaffold.prove.cluster.secrets import STORES, mount_secrets
from scaffold.prove.subject.manifests import Object, workload

ENTRANCES = frozenset({"GRPCRoute", "HTTPRoute", "Ingress"})
"""Kinds that claim a host name: applied, they could take the requests of users from the service that is deployed."""


def moved_into_namespace(
    objects: Sequence[Object], name: str, namespace: str, image: str, hosts: Mapping[str, str]
) -> list[Object]:
    """Return copies that belong into `namespace`, run `image` as the service's, and reach `hosts` at other names.

    What lets users in from outside is left out, and what asks a store for secret values.
    """
    own = written(serving(objects, name)["spec"]["template"]["spec"]["containers"][0]["image"]).name
    result = []
    for each in objects:
        if each["kind"] == "Namespace" or each["kind"] in ENTRANCES | STORES:
            continue
        made = copy.deepcopy(each)
        made["metadata"]["namespace"] = namespace
        if made["kind"] == "ConfigMap":
            made["data"] = {key: _renamed(value, hosts) for key, value in (made.get("data") or {}).items()}
        mount_secrets(pod_of(made))
        for container in containers_of(made):
            if written(container["image"]).name == own:
                container |= {"image": image, "imagePullPolicy": "IfNotPresent"}
        result.append(made)
    return result


def serving(objects: Sequence[Object], name: str) -> Object:
    """Return the Deployment that serves."""
    found = workload([each for each in objects if each["kind"] == "Deployment"], name)
    assert found, "build() has looked"
    return found


def pod_of(made: Object) -> Object:
    """Return the spec of an object's pods; an empty one where it has none."""
    spec = made.get("spec") or {}
    if made["kind"] == "CronJob":
        spec = spec["jobTemplate"]["spec"]
    found: Object = (spec.get("template") or {}).get("spec") or {}
    return found


def containers_of(made: Object) -> list[Object]:
    """Return every container of an object's pods, init containers too."""
    pod = pod_of(made)
    return [*(pod.get("initContainers") or []), *(pod.get("containers") or [])]


def egress_restricted_pods(objects: Sequence[Object]) -> list[Object]:
    """Return the selectors of the pods whose egress a network policy restricts."""
    return [each.get("podSelector") or {} for each in _policies(objects) if "Egress" in _types(each)]


def callers_let_in(objects: Sequence[Object], name: str) -> list[Object]:
    """Return a policy for each that restricts who calls its pods: this run comes from elsewhere than the gateway."""
    deployment = serving(objects, name)
    pods = deployment["spec"]["template"]["metadata"].get("labels") or {}
    opened = [port for each in containers_of(deployment) for port in each.get("ports") or ()]
    named = {port.get("name"): port["containerPort"] for port in opened}
    services = [each["spec"] for each in objects if each["kind"] == "Service"]
    found = [each for each in services if (each.get("selector") or {"": None}).items() <= pods.items()]
    targets = [port.get("targetPort") or port["port"] for each in found[:1] for port in each["ports"][:1]]
    ports = [named.get(each, each) for each in targets]
    restricted = [each.get("podSelector") or {} for each in _policies(objects) if "Ingress" in _types(each)]
    return [ingress(f"scaffold-prove-callers-{index}", each, ports) for index, each in enumerate(restricted) if ports]


def _policies(objects: Sequence[Object]) -> list[Object]:
    return [each["spec"] for each in objects if each["kind"] == "NetworkPolicy"]


def _types(policy: Object) -> list[str]:
    """https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/#NetworkPolicySpec."""
    usual = ["Ingress", *(["Egress"] if "egress" in policy else [])]
    return list(policy.get("policyTypes") or usual)


def _renamed(text: str, hosts: Mapping[str, str]) -> str:
    """Replace whole host names."""
    for host, other in hosts.items():
        text = re.sub(rf"(?<![\w.-]){re.escape(host)}(?![\w-]|\.\w)", other, text)
    return text


def not_served(objects: Sequence[Object], kubectl: Kubectl) -> list[Object]:
    """Return the objects of a kind that the cluster does not have, such as those of a mesh or an operator."""
    served = {tuple(line.split()[-3::2]) for line in kubectl.call("api-resources", "--no-headers").splitlines()}
    return [each for each in objects if (each["apiVersion"], each["kind"]) not in served]
