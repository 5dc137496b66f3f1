"""The manifests that the cluster stage brings along: they open what the service's policies close, and close nothing."""

from __future__ import annotations

from typing import Any

import pytest

from scaffold.prove.cluster import companions as beside
from scaffold.prove.cluster import load_pod, secrets
from scaffold.prove.cluster import stubs as upstreams
from scaffold.prove.cluster.objects import callers_let_in, egress_restricted_pods, moved_into_namespace, pod_of
from scaffold.prove.subject.read import load_subject
from scaffold.prove.subject.subject import MADE_UP, Dependency
from tests.support import deployed as overlays
from workshop import goldens

OWN = {"matchLabels": {"app": "frontend"}}
STUBBED = upstreams.upstreams(
    [Dependency("mail", "MAIL_URL", url="http://mail"), Dependency("tax", "TAX_URL", url="https://tax", scheme="https")]
)


def policy(**spec: Any) -> beside.Object:
    return {"kind": "NetworkPolicy", "metadata": {"name": "any"}, "spec": {"podSelector": OWN, **spec}}


@pytest.mark.parametrize(
    ("spec", "selectors"),
    [
        ({"policyTypes": ["Ingress", "Egress"]}, [OWN]),
        ({"policyTypes": ["Ingress"]}, []),
        ({"egress": []}, [OWN]),  # what a policy names is its type where it says none
        ({"ingress": []}, []),
    ],
)
def test_policies_that_close_pods(spec: dict[str, Any], selectors: list[Any]) -> None:
    assert (
        egress_restricted_pods([policy(**spec), {"kind": "Service", "metadata": {"name": "any"}, "spec": {}}])
        == selectors
    )


def test_only_pods_that_are_closed_get_a_way_to_the_stubs() -> None:
    """A policy that selects a pod closes it to all but what policies name: DNS too."""
    made = upstreams.objects(STUBBED, "python:1", [OWN])
    policies = [each for each in made if each["kind"] == "NetworkPolicy"]
    assert [each["spec"]["podSelector"] for each in policies] == [OWN]
    assert not [each for each in upstreams.objects(STUBBED, "python:1") if each["kind"] == "NetworkPolicy"]
    assert [each["metadata"]["name"] for each in made if each["kind"] == "Service"] == ["mail"]
    assert upstreams.objects([], "python:1", [OWN]) == []


@pytest.mark.parametrize("made", [upstreams.objects(STUBBED, "python:1"), load_pod.objects("vegeta:1")])
def test_what_is_brought_along_is_restricted(made: list[beside.Object]) -> None:
    (pod,) = [each["spec"]["template"]["spec"] for each in made if each["kind"] == "Deployment"]
    assert pod["securityContext"]["runAsNonRoot"] is True
    for container in pod["containers"]:
        assert container["securityContext"] == {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}
        assert container["resources"]["limits"]["memory"]


def deployed(*more: Any) -> list[Any]:
    labels = {"app": "frontend"}
    container = {"name": "serve", "image": "frontend:1", "ports": [{"name": "http", "containerPort": 8080}]}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {"selector": labels, "ports": [{"port": 80, "targetPort": "http"}, {"port": 8082}]}
    serving = {"kind": "Deployment", "metadata": {"name": "frontend"}, "spec": {"template": pod}}
    return [serving, {"kind": "Service", "metadata": {"name": "frontend"}, "spec": spec}, *more]


def test_a_service_that_only_its_gateway_may_call_lets_this_run_in() -> None:
    made = callers_let_in(deployed(policy(policyTypes=["Ingress"]), policy(policyTypes=["Egress"])), "frontend")
    assert [(each["spec"]["podSelector"], each["spec"]["ingress"]) for each in made] == [
        (OWN, [{"ports": [{"port": 8080}]}])
    ]
    assert callers_let_in(deployed(), "frontend") == [], "a policy would close what none has closed"


def test_what_claims_a_host_name_is_not_applied() -> None:
    """It could take requests from the service that users call."""
    routes = [{"kind": kind, "metadata": {"name": "frontend"}} for kind in ("HTTPRoute", "Ingress")]
    moved = moved_into_namespace(deployed(*routes), "frontend", "tried", "frontend:2", {})
    assert [each["kind"] for each in moved] == ["Deployment", "Service"]


@pytest.mark.parametrize("example", ["everything-go", "everything-java"])
def test_no_store_is_asked_for_a_secret_value(example: str) -> None:
    """The pods read Secrets of made-up values instead, also where the CSI driver would mount them."""
    subject = load_subject(goldens.EXAMPLES / example)
    found = overlays.deployed(goldens.EXAMPLES / example, "dev").objects
    moved = moved_into_namespace(found, example, "tried", f"{example}:2", {})
    kinds = {each["kind"] for each in found} - {each["kind"] for each in moved}
    assert kinds & secrets.STORES
    pods = [pod_of(each) for each in moved]
    volumes = [volume for pod in pods for volume in pod.get("volumes") or []]
    mounted = {each["secret"]["secretName"] for each in volumes if "secret" in each}
    assert "billing-keys" in mounted and not [each for each in volumes if "csi" in each]
    made = {each["metadata"]["name"]: each["stringData"] for each in secrets.objects(subject.secrets)}
    assert mounted <= made.keys()
    assert made["billing-keys"] == made["billing-keys-hook"] == {"signing.pem": MADE_UP}
