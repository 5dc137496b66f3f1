"""Seconds that have to fit into one another, from the start of a pod to its end."""

from __future__ import annotations

from tests.support.deployed import Deployed, pre_stop_seconds


def startup_budget(service: Deployed) -> int:
    probe = service.container["startupProbe"]
    return probe["periodSeconds"] * probe["failureThreshold"]


def test_a_start_may_take_three_times_as_long_as_answered(service: Deployed) -> None:
    assert startup_budget(service) >= 3 * service.answers["startup_seconds"]


def test_a_fast_start_is_not_held_back(service: Deployed) -> None:
    period = service.container["startupProbe"]["periodSeconds"]
    assert period <= max(2, service.answers["startup_seconds"] / 6)


def test_a_rollout_waits_for_the_slowest_start(service: Deployed) -> None:
    spec = service.one("Deployment")["spec"]
    assert spec["progressDeadlineSeconds"] > startup_budget(service) + spec["minReadySeconds"]


def test_the_grace_covers_prestop_and_shutdown(service: Deployed) -> None:
    pre_stop = pre_stop_seconds(service.container)
    grace = service.one("Deployment")["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
    assert pre_stop > 0 and grace > pre_stop + int(service.config["SHUTDOWN_SECONDS"])
    assert int(service.config["SHUTDOWN_SECONDS"]) == service.answers["shutdown_seconds"]


def test_a_request_and_the_drain_fit_into_the_shutdown(service: Deployed) -> None:
    request, drain = float(service.config["REQUEST_SECONDS"]), float(service.config["DRAIN_SECONDS"])
    assert min(request, drain) > 0 and request + drain <= float(service.config["SHUTDOWN_SECONDS"])


def test_each_dependency_fits_into_a_request(service: Deployed) -> None:
    timeouts = {key: float(value) for key, value in service.config.items() if key.endswith("_TIMEOUT_SECONDS")}
    assert len(timeouts) == len(service.answers["dependencies"])
    assert all(0 < timeout < float(service.config["REQUEST_SECONDS"]) for timeout in timeouts.values())


def test_probes_answer_before_they_are_asked_again(service: Deployed) -> None:
    for name in ("startupProbe", "readinessProbe", "livenessProbe"):
        probe = service.container[name]
        assert probe.get("timeoutSeconds", 1) <= probe["periodSeconds"], name


def test_the_cluster_and_compose_wait_as_long(service: Deployed) -> None:
    grace = service.one("Deployment")["spec"]["template"]["spec"]["terminationGracePeriodSeconds"]
    assert f"stop_grace_period: {grace}s\n" in (service.example / "compose.yaml").read_text()
