"""Each relation has a twin: one change that a careless hand could make, and that the relation must notice."""

from __future__ import annotations

import copy
from collections.abc import Callable

import pytest

from tests.relations import test_jobs as jobs
from tests.relations import test_pods as pods
from tests.relations import test_ports as ports
from tests.relations import test_rollout as rollout
from tests.relations import test_routes as routes
from tests.relations import test_selectors as selectors
from tests.relations import test_sidecars as sidecars
from tests.relations import test_times as times
from tests.support.deployed import Deployed, Object, deployed, examples

Relation = Callable[[Deployed], None]


def pod(service: Deployed) -> Object:
    return service.one("Deployment")["spec"]["template"]


def job(service: Deployed) -> Object:
    return next(service.jobs)[1]


def rename_admin(service: Deployed) -> None:
    service.container["ports"][-1]["containerPort"] += 1


def serve_label_on_job(service: Deployed) -> None:
    job(service)["template"]["metadata"]["labels"] = pod(service)["metadata"]["labels"]


TWINS: list[tuple[Relation, Callable[[Deployed], object]]] = [
    (ports.test_the_pod_has_the_answered_ports, rename_admin),
    (ports.test_the_configuration_has_the_same, lambda s: s.config.update(ADMIN_PORT="1")),
    (ports.test_the_code_has_the_same, lambda s: s.answers.update(admin_port=64999)),
    (ports.test_the_image_exposes_the_same, lambda s: s.answers["ports"][0].update(number=64999)),
    (ports.test_no_port_of_the_pod_is_used_twice, lambda s: s.config.update(WEATHER_URL=s.config["MAIL_URL"])),
    (
        ports.test_the_service_leads_to_them_by_name,
        lambda s: s.one("Service")["spec"]["ports"][0].update(targetPort="x"),
    ),
    (
        ports.test_probes_and_scrapes_ask_the_admin_port,
        lambda s: s.container["livenessProbe"]["httpGet"].update(path="/"),
    ),
    (
        ports.test_the_policy_lets_them_in_and_no_more,
        lambda s: s.sidecars["breaker"]["ports"][-1].update(containerPort=1),
    ),
    (ports.test_compose_opens_them_to_this_machine_alone, lambda s: s.answers["ports"][0].update(number=64999)),
    (selectors.test_the_deployment_selects_its_pods, lambda s: pod(s)["metadata"].update(labels={"app": "x"})),
    (selectors.test_the_service_selects_the_serving_pods, serve_label_on_job),
    (
        selectors.test_the_service_selects_the_serving_pods,
        lambda s: s.one("Service")["spec"]["selector"].update(app="x"),
    ),
    (selectors.test_the_disruption_budget_selects_the_serving_pods, serve_label_on_job),
    (selectors.test_the_spread_counts_the_serving_pods, serve_label_on_job),
    (selectors.test_every_pod_is_closed_both_ways, lambda s: job(s)["template"]["metadata"]["labels"].clear()),
    (selectors.test_traffic_comes_to_the_serving_pods_alone, serve_label_on_job),
    (
        selectors.test_the_policy_lets_out_to_dns_each_dependency_and_the_collector,
        lambda s: s.policies[s.answers["name"]]["egress"].append({}),
    ),
    (times.test_a_start_may_take_three_times_as_long_as_answered, lambda s: s.answers.update(startup_seconds=1000)),
    (times.test_a_fast_start_is_not_held_back, lambda s: s.container["startupProbe"].update(periodSeconds=30)),
    (
        times.test_a_rollout_waits_for_the_slowest_start,
        lambda s: s.one("Deployment")["spec"].update(progressDeadlineSeconds=10),
    ),
    (
        times.test_the_grace_covers_prestop_and_shutdown,
        lambda s: pod(s)["spec"].update(terminationGracePeriodSeconds=25),
    ),
    (times.test_a_request_and_the_drain_fit_into_the_shutdown, lambda s: s.config.update(DRAIN_SECONDS="19")),
    (times.test_each_dependency_fits_into_a_request, lambda s: s.config.update(REQUEST_SECONDS="1")),
    (
        times.test_probes_answer_before_they_are_asked_again,
        lambda s: s.container["startupProbe"].update(timeoutSeconds=9),
    ),
    (sidecars.test_a_pod_has_the_answered_sidecars, lambda s: s.sidecars["breaker"].pop("restartPolicy")),
    (
        sidecars.test_a_job_has_a_breaker_that_lets_it_end_or_none,
        lambda s: job(s)["template"]["spec"]["initContainers"][0].pop("restartPolicy"),
    ),
    (
        sidecars.test_a_job_has_a_breaker_that_lets_it_end_or_none,
        lambda s: job(s)["template"]["spec"].pop("initContainers"),
    ),
    (sidecars.test_every_sidecar_has_probes_of_its_own, lambda s: s.sidecars["breaker"].pop("livenessProbe")),
    (sidecars.test_a_plain_sidecar_ends_after_the_service, lambda s: s.sidecars["breaker"].pop("restartPolicy")),
    (
        sidecars.test_a_sidecar_mounts_its_configuration_read_only,
        lambda s: s.sidecars["breaker"]["volumeMounts"][0].update(readOnly=False),
    ),
    (
        sidecars.test_the_breaker_listens_where_the_service_calls,
        lambda s: s.config.update(WEATHER_URL="http://127.0.0.1:19099"),
    ),
    (pods.test_no_pod_is_naked, lambda s: s.objects.append({"kind": "Pod"})),
    (pods.test_every_reference_leads_somewhere, lambda s: pod(s)["spec"].update(serviceAccountName="nobody")),
    (pods.test_every_reference_leads_somewhere, lambda s: s.all("ConfigMap")[0]["metadata"].update(name="another")),
    (pods.test_all_objects_lie_in_the_overlays_namespace, lambda s: s.objects[0]["metadata"].pop("namespace")),
    (pods.test_limits_are_not_below_requests, lambda s: s.container["resources"]["limits"].update(memory="16Mi")),
    (
        pods.test_only_the_writable_paths_can_be_written_to,
        lambda s: pod(s)["spec"]["volumes"][0].update(emptyDir={"sizeLimit": "1Gi"}),
    ),
    (pods.test_pods_meet_the_restricted_standard, lambda s: pod(s)["spec"]["securityContext"].update(runAsUser=0)),
    (
        pods.test_traces_name_the_environment_and_keep_what_a_team_adds,
        lambda s: pod(s)["metadata"]["labels"].update({"deployed-to": "x"}),
    ),
    (pods.test_arguments_are_the_commands, lambda s: s.container.update(args=["sh", "-c", "serve"])),
    (jobs.test_every_job_is_bounded, lambda s: job(s).update(activeDeadlineSeconds=0)),
    (jobs.test_every_job_is_there, lambda s: s.objects.remove(s.all("Job")[0])),
    (jobs.test_no_retry_where_none_can_help, lambda s: job(s)["podFailurePolicy"]["rules"].reverse()),
    (jobs.test_runs_do_not_pile_up, lambda s: s.one("CronJob")["spec"].update(concurrencyPolicy="Allow")),
    (
        rollout.test_an_old_pod_goes_when_a_new_one_is_ready,
        lambda s: s.one("Deployment")["spec"].update(minReadySeconds=0),
    ),
    (rollout.test_a_node_can_be_drained, lambda s: s.one("PodDisruptionBudget")["spec"].update(maxUnavailable=0)),
    (rollout.test_the_number_of_pods_has_one_master, lambda s: s.one("Deployment")["spec"].update(replicas=7)),
]


@pytest.mark.parametrize(("relation", "harm"), TWINS, ids=lambda each: each.__name__)
def test_the_relation_notices(relation: Relation, harm: Callable[[Deployed], object]) -> None:
    (frontend,) = (path for path in examples() if path.name == "frontend")
    service = copy.deepcopy(deployed(frontend, "production"))
    relation(service)
    harm(service)
    with pytest.raises((AssertionError, KeyError, TypeError, ValueError)):
        relation(service)


def rule(service: Deployed) -> Object:
    found: Object = service.one("HTTPRoute")["spec"]["rules"][0]
    return found


ROUTE_TWINS: list[tuple[Relation, Callable[[Deployed], object]]] = [
    (routes.test_a_service_has_the_answered_way_in, lambda s: s.objects.remove(s.one("HTTPRoute"))),
    (routes.test_a_service_has_the_answered_way_in, lambda s: s.one("HTTPRoute")["spec"]["hostnames"].pop()),
    (routes.test_a_route_leads_to_the_main_port, lambda s: rule(s)["backendRefs"][0].update(port=8082)),
    (routes.test_a_route_leads_to_the_main_port, lambda s: rule(s)["matches"][0]["path"].update(value="/")),
    (routes.test_the_gateway_waits_longer_than_what_is_behind_it, lambda s: rule(s)["timeouts"].update(request="16s")),
    (routes.test_the_limiter_behind_a_gateway_sees_its_callers, lambda s: s.answers.update(trusted_proxies=[])),
    (
        sidecars.test_the_limiters_own_time_limit_is_stated_beside_that_of_the_service,
        lambda s: s.config.update(REQUEST_SECONDS="60"),
    ),
    (ports.test_the_policy_lets_them_in_and_no_more, lambda s: s.answers.update(entry_namespace="infra")),
]


@pytest.mark.parametrize(("relation", "harm"), ROUTE_TWINS, ids=lambda each: each.__name__)
def test_the_relation_of_a_route_notices(relation: Relation, harm: Callable[[Deployed], object]) -> None:
    (example,) = (path for path in examples() if path.name == "everything-go")
    service = copy.deepcopy(deployed(example, "production"))
    relation(service)
    harm(service)
    with pytest.raises((AssertionError, KeyError, TypeError, ValueError)):
        relation(service)
