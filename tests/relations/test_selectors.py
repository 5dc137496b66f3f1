"""What selects pods selects the right ones: the serving pods, never those of a job, and no pod stays without a policy."""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from tests.support.deployed import Deployed, deployed, examples, matches


def labels_of(service: Deployed) -> dict[str, dict[str, str]]:
    return {name: pod["metadata"]["labels"] for name, pod in service.pods}


def serving_only(service: Deployed, selector: dict[str, dict[str, str]]) -> bool:
    chosen = [name for name, labels in labels_of(service).items() if matches(selector, labels)]
    return chosen == [service.one("Deployment")["metadata"]["name"]]


def test_the_deployment_selects_its_pods(service: Deployed) -> None:
    assert serving_only(service, service.one("Deployment")["spec"]["selector"])


def test_the_service_selects_the_serving_pods(service: Deployed) -> None:
    assert serving_only(service, {"matchLabels": service.one("Service")["spec"]["selector"]})


def test_the_disruption_budget_selects_the_serving_pods(service: Deployed) -> None:
    assert serving_only(service, service.one("PodDisruptionBudget")["spec"]["selector"])


def test_the_spread_counts_the_serving_pods(service: Deployed) -> None:
    constraints = service.one("Deployment")["spec"]["template"]["spec"]["topologySpreadConstraints"]
    assert [each["topologyKey"] for each in constraints] == ["kubernetes.io/hostname", "topology.kubernetes.io/zone"]
    assert all(serving_only(service, each["labelSelector"]) for each in constraints)
    assert {each["whenUnsatisfiable"] for each in constraints} == {"ScheduleAnyway"}


def test_every_pod_is_closed_both_ways(service: Deployed) -> None:
    policy = service.policies[service.answers["name"]]
    assert all(matches(policy["podSelector"], labels) for labels in labels_of(service).values())
    assert policy["policyTypes"] == ["Ingress", "Egress"] and "ingress" not in policy


def test_traffic_comes_to_the_serving_pods_alone(service: Deployed) -> None:
    policy = service.policies[f"{service.answers['name']}-serve"]
    assert serving_only(service, policy["podSelector"]) and policy["policyTypes"] == ["Ingress"]


def test_the_policy_lets_out_to_dns_each_dependency_and_the_collector(service: Deployed) -> None:
    dns, openshift, *others = service.egress
    assert ports_of(dns) == [(53, "UDP"), (53, "TCP")]
    assert ports_of(openshift) == [(5353, "UDP"), (5353, "TCP")]
    assert len(openshift["to"]) == 1
    dependencies = [each for each in service.called.values() if each.hostname != "localhost"]
    collectors = bool(service.answers["collector"] and service.answers["telemetry"] == "otlp")
    assert len(others) == len(dependencies) + collectors + service.meshed  # the mesh's control plane
    assert all(rule["to"] for rule in others), "a rule without a destination lets everything out"
    for rule in others:
        blocks = [each["ipBlock"] for each in rule["to"] if "ipBlock" in each]
        assert not blocks or rule["ports"], "an address is open at one port alone"
        assert all(each["except"] for each in blocks if each["cidr"].endswith("/0"))


def ports_of(rule: dict[str, Any]) -> list[tuple[int, str]]:
    return [(each["port"], each["protocol"]) for each in rule["ports"]]


def lets_out(service: Deployed, address: str, port: int) -> bool:
    """Return whether a pod may reach an address outside of the cluster's pods at a port."""
    asked = ip_address(address)
    for rule in service.egress:
        if all(each["port"] != port for each in rule.get("ports", [])):
            continue
        for block in (each["ipBlock"] for each in rule["to"] if "ipBlock" in each):
            inside = [asked in ip_network(each) for each in (block["cidr"], *block.get("except", []))]
            if inside[0] and not any(inside[1:]):
                return True
    return False


@pytest.mark.parametrize("resolver", ["169.254.20.10", "169.254.169.254"])
def test_a_resolver_that_is_no_pod_is_reached(service: Deployed, resolver: str) -> None:
    """NodeLocal DNSCache and GKE's Cloud DNS are addresses of the node, which no label selects."""
    assert lets_out(service, resolver, 53)


@pytest.mark.parametrize("address", ["203.0.113.7", "2600:1f18::7"])
def test_a_public_dependency_is_reached_by_both_families(service: Deployed, address: str) -> None:
    for each in service.internet:
        assert lets_out(service, address, each)


@pytest.mark.parametrize("address", ["10.1.2.3", "169.254.1.1", "192.168.1.1", "fd12::1", "fe80::1"])
def test_a_private_address_is_no_public_dependency(service: Deployed, address: str) -> None:
    for each in service.internet:
        assert not lets_out(service, address, each)


def test_some_service_calls_the_internet() -> None:
    """Otherwise the two tests above show nothing."""
    assert any(list(deployed(example, "production").internet) for example in examples())


@pytest.mark.parametrize("port", [80, 443, 988])
def test_the_metadata_server_stays_closed(service: Deployed, port: int) -> None:
    assert not any(lets_out(service, address, port) for address in ("169.254.169.254", "fd00:ec2::254"))


def test_an_autoscaler_scales_the_deployment(service: Deployed) -> None:
    for each in service.all("HorizontalPodAutoscaler"):
        target = each["spec"]["scaleTargetRef"]
        assert (target["kind"], target["name"]) == ("Deployment", service.one("Deployment")["metadata"]["name"])
