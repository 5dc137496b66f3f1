"""Of own code, the manifests say what the answers say: ports, probes, user, times, and what the monitoring may reach."""

from __future__ import annotations

import pytest

from tests.support.deployed import Deployed, deployed, each_overlay, pre_stop_seconds
from workshop.goldens import GENERATED

OWN = [each for each in each_overlay() if each.values[0][0].name not in GENERATED]


@pytest.fixture(params=OWN)
def service(request: pytest.FixtureRequest) -> Deployed:
    return deployed(*request.param)


def test_every_probe_asks_as_the_answers_say(service: Deployed) -> None:
    kind, port = service.answers["probe_kind"], service.answers["probe_port"]
    key = {"http": "httpGet", "tcp": "tcpSocket", "grpc": "grpc", "exec": "exec"}[kind]
    for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
        asked = service.container[probe][key]
        if kind == "exec":
            assert asked["command"] == service.answers["probe_command"]
        else:
            assert asked["port"] == port
        if kind == "http":
            assert asked["path"] == service.answers[f"{probe.removesuffix('Probe')}_path"]


def test_the_user_is_that_of_the_image(service: Deployed) -> None:
    context = service.one("Deployment")["spec"]["template"]["spec"]["securityContext"]
    assert (context["runAsUser"], context["runAsGroup"]) == (
        service.answers["image_user"],
        service.answers["image_group"],
    )
    assert context["runAsNonRoot"] is True


def test_the_selector_is_the_answer_and_finds_the_serving_pods_alone(service: Deployed) -> None:
    wanted = service.answers["selector_labels"]
    deployment = service.one("Deployment")["spec"]
    assert deployment["selector"] == {"matchLabels": wanted}
    assert service.one("Service")["spec"]["selector"] == wanted
    assert service.one("PodDisruptionBudget")["spec"]["selector"] == {"matchLabels": wanted}
    assert wanted.items() <= deployment["template"]["metadata"]["labels"].items()
    jobs = service.all("Job") + [each["spec"]["jobTemplate"] for each in service.all("CronJob")]
    assert len(jobs) == len(service.answers["jobs"])
    for job in jobs:
        assert not wanted.items() <= job["spec"]["template"]["metadata"]["labels"].items()


def test_the_policies_close_all_pods(service: Deployed) -> None:
    closed = [each["spec"]["podSelector"]["matchLabels"] for each in service.all("NetworkPolicy")]
    pods = [service.one("Deployment")["spec"]["template"]]
    pods += [each["spec"]["template"] for each in service.all("Job")]
    pods += [each["spec"]["jobTemplate"]["spec"]["template"] for each in service.all("CronJob")]
    for pod in pods:
        assert any(selector.items() <= pod["metadata"]["labels"].items() for selector in closed)


def test_requests_end_before_the_pod_does(service: Deployed) -> None:
    spec = service.one("Deployment")["spec"]["template"]["spec"]
    shutdown, waits = service.answers["shutdown_seconds"], pre_stop_seconds(service.container)
    assert waits == (5 if service.answers["drains"] else 5 + shutdown)
    assert spec["terminationGracePeriodSeconds"] > waits + shutdown


def test_the_monitoring_reaches_the_metrics_and_nothing_else_beside_the_ports(service: Deployed) -> None:
    policies = [each for each in service.all("NetworkPolicy") if each["metadata"]["name"].endswith("-serve")]
    (policy,) = policies
    opened = {port["port"] for rule in policy["spec"]["ingress"] for port in rule["ports"]}
    metrics = service.answers["metrics_port"]
    health = {
        port["containerPort"]
        for each in service.sidecars.values()
        for port in each["ports"]
        if port["name"].endswith("-health")
    }
    assert opened == {each["number"] for each in service.answers["ports"]} | ({metrics} if metrics else set()) | health
    annotations = service.one("Deployment")["spec"]["template"]["metadata"]["annotations"]
    assert annotations["prometheus.io/scrape"] == ("true" if metrics else "false")
    assert annotations.get("prometheus.io/port") == (str(metrics) if metrics else None)
