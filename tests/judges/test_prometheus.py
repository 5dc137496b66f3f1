"""Prometheus' own promtool accepts the alert rules of every golden, and each alert fires when it should and not before."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.judges.promtool import SELDOM, groups, promtool
from tests.real.conformance.contract import CONTRACT
from tests.real.conformance.contract import FILE as CONTRACT_FILE
from tests.support.answered import inputs_of_goldens
from tests.support.deployed import Object, each_example, examples, read_yaml
from tests.support.verdicts import Inputs


def inputs(given: Mapping[str, Any]) -> Inputs:
    mine = inputs_of_goldens(given)
    return replace(mine, files=(*mine.files, CONTRACT_FILE))


pytestmark = [
    pytest.mark.judges,
    pytest.mark.aside,
    pytest.mark.kept(inputs=inputs),
    pytest.mark.skipif(
        not shutil.which("promtool"), reason="judges: promtool not found; workshop/install-system installs it"
    ),
]


def rules(example: Path) -> list[Object]:
    every = [rule for group in groups(example) for rule in group["rules"]]
    marks = [(rule.get("record"), rule.get("alert"), rule.get("labels", {}).get("long")) for rule in every]
    assert len(set(marks)) == len(marks), "two rules alike"
    return every


def alerts(example: Path) -> dict[str, list[Object]]:
    """Return the alerts by name; one of burn rates has a rule for each pair of windows."""
    found: dict[str, list[Object]] = {}
    for rule in rules(example):
        if "alert" in rule:
            found.setdefault(rule["alert"], []).append(rule)
    return found


@dataclass(frozen=True)
class Case:
    """Series that make an alert fire within an hour, and as many that must not. Values as promtool writes them: a+bxn."""

    fires: dict[str, str]
    quiet: dict[str, str]


def counters(name: str, calm: str, loud: str, quiet: str = "0+0x60", loud_rate: str = "0+60x60") -> Case:
    """Return a case of two counters: what goes well all the time, and what happens much or not at all."""
    return Case({name + calm: "0+600x60", name + loud: loud_rate}, {name + calm: "0+600x60", name + loud: quiet})


def cases(answers: Object) -> dict[str, Case]:
    """Return a case for each alert that a service with these answers may have."""
    name, space = answers["name"], answers["kubernetes_namespace"]
    pods = answers.get("selector_labels", {}).get("app.kubernetes.io/name", name)
    own = f'job="{pods}", namespace="{space}"'
    kube = f'job="kube-state-metrics", namespace="{space}"'
    first = {kind: next((each["name"] for each in answers["dependencies"] if each["kind"] == kind), "")
             for kind in ("critical", "auxiliary")}  # fmt: skip
    guarded = next((each["name"] for each in answers["dependencies"] if each["url"].startswith("http")), "")
    jobs = [f"{name}-{each['name']}" + ("-29384920" if each.get("schedule") else "") for each in answers["jobs"]] or [
        ""
    ]
    scheduled = next((f"{name}-{each['name']}" for each in answers["jobs"] if each.get("schedule")), "")
    deadline = max([each["deadline"] for each in answers["jobs"]] or [0])
    longest = next((job for job, each in zip(jobs, answers["jobs"], strict=False) if each["deadline"] == deadline), "")
    requests, calls = "http_requests_total", "dependency_requests_total"
    start, active = (
        f'kube_job_status_start_time{{{kube}, job_name="%s"}}',
        f'kube_job_status_active{{{kube}, job_name="%s"}}',
    )
    failed = f'kube_job_failed{{{kube}, job_name="{jobs[0]}", condition="true"}}'
    timed = f'http_request_duration_seconds_%s{{{own}, method="GET", route="/"%s}}'
    limit = float(answers["latency_objective"])
    fast, every = timed % ("bucket", f', le="{limit:g}"'), timed % ("count", "")
    cpu = f'container_cpu_cfs_%s_total{{namespace="{space}", pod="{name}-6f7d9c8b54-x2lqz", container="serve"}}'
    wanted_pods = f'kube_horizontalpodautoscaler_status_desired_replicas{{{kube}, horizontalpodautoscaler="{name}"}}'
    most_pods = f'kube_horizontalpodautoscaler_spec_max_replicas{{{kube}, horizontalpodautoscaler="{name}"}}'
    restarts = f'kube_pod_container_status_restarts_total{{{kube}, pod="{name}-6f7d9c8b54-x2lqz", container="serve"}}'
    breaker = {
        "nginx": f'breaker_requests_total{{{own}, dependency="{guarded}", outcome="%s"}}',
        "envoy": f'envoy_cluster_outlier_detection_ejections_active{{{own}, envoy_cluster_name="{guarded}"}}',
        "istio": f'envoy_cluster_outlier_detection_ejections_active{{{own}, cluster_name="outbound|80||{guarded}"}}',
        "none": "",
    }[answers["breaker"]]
    limiter = {
        "nginx": f'limiter_requests_total{{{own}, port="http", outcome="%s"}}',
        "envoy": f"envoy_http_local_rate_limit_%s{{{own}}}",
        "istio": f"envoy_http_local_rate_limit_%s{{{own}}}",
        "none": "",
    }[answers["limiter"]]
    passed, refused = ("passed", "rate") if answers["limiter"] == "nginx" else ("enabled", "rate_limited")
    overflow = {f'envoy_cluster_upstream_rq_pending_overflow{{{own}, envoy_cluster_name="http"}}': "0+0x60"}
    late = {active % longest: "1x600"}
    available, wanted = (
        f'kube_deployment_{each}{{{kube}, deployment="{name}"}}'
        for each in ("status_replicas_available", "spec_replicas")
    )
    return {
        "ServiceFailing": counters(requests, f'{{{own}, status="200"}}', f'{{{own}, status="500"}}'),
        "ServiceSlow": Case(
            {every: "0+600x60", fast: "0+500x60", f'{requests}{{{own}, status="200"}}': "0+600x60"},
            {every: "0+600x60", fast: "0+599x60", f'{requests}{{{own}, status="200"}}': "0+600x60"},
        ),
        "MetricsMissing": Case({f'up{{{own}, pod="a"}}': "0x60"}, {f'up{{{own}, pod="a"}}': "1x60"}),
        "DependencyFailing": counters(
            calls, f'{{{own}, dependency="{first["critical"]}", outcome="ok"}}',
            f'{{{own}, dependency="{first["critical"]}", outcome="timeout"}}',
        ),
        "DependencyFallback": Case(
            {f'dependency_fallbacks_total{{{own}, dependency="{first["auxiliary"]}"}}': "0+90x60",
             f'{calls}{{{own}, dependency="{first["auxiliary"]}", outcome="ok"}}': "0+600x60"},
            {f'dependency_fallbacks_total{{{own}, dependency="{first["auxiliary"]}"}}': "0+6x60",
             f'{calls}{{{own}, dependency="{first["auxiliary"]}", outcome="ok"}}': "0+600x60"},
        ),
        "BreakerOpen": Case({breaker % "open": "0+60x60"}, {breaker % "passed": "0+600x60"})
        if answers["breaker"] == "nginx"
        else Case({breaker: "1x60"}, {breaker: "0x60"}),
        "LimitHit": Case(
            {limiter % passed: "0+600x60", limiter % refused: "0+60x60", **overflow},
            {limiter % passed: "0+600x60", limiter % refused: "0+1x60", **overflow},
        ) if limiter else Case({}, {}),
        "JobFailed": Case({failed: "1x60", start % jobs[0]: "60x60"}, {failed: "0x60", start % jobs[0]: "60x60"}),
        "JobOverTime": Case(
            {start % longest: f"{3600 - deadline}x60", **late}, {start % longest: f"{3600 - deadline // 2}x60", **late},
        ),
        "CronJobNotStarted": Case(
            {f'kube_cronjob_next_schedule_time{{{kube}, cronjob="{scheduled}"}}': "0x60"},
            {f'kube_cronjob_next_schedule_time{{{kube}, cronjob="{scheduled}"}}': "3600x60"},
        ),
        "ContainerRestarts": Case({restarts: "0x40 1 2 3 4 5x15"}, {restarts: "0x40 1x20"}),
        "CpuThrottled": Case(
            {cpu % "throttled_periods": "0+300x60", cpu % "periods": "0+600x60"},
            {cpu % "throttled_periods": "0+60x60", cpu % "periods": "0+600x60"},
        ),
        "AutoscalerAtMaximum": Case({wanted_pods: "9x60", most_pods: "9x60"}, {wanted_pods: "8x60", most_pods: "9x60"}),
        "NoPodAvailable": Case(
            {available: "0x60", wanted: "2x60"}, {available: "0x60", wanted: "0x60", available.replace(name, "other"): "1x60"},
        ),
        "RolloutStuck": Case(
            {f'kube_deployment_status_condition{{{kube}, deployment="{name}", condition="Progressing", status="false"}}': "1x60"},
            {f'kube_deployment_status_condition{{{kube}, deployment="{name}", condition="Progressing", status="false"}}': "0x60"},
        ),
    }  # fmt: skip


def unit_test(series: dict[str, str], expected: str | None) -> Object:
    """Return a test that looks at the alerts after an hour."""
    firing = [{"labels": f'{{alertname="{expected}"}}', "value": 1}] if expected else []
    return {
        "interval": "1m",
        "input_series": [{"series": key, "values": values} for key, values in series.items()],
        "promql_expr_test": [
            {"expr": 'max by (alertname) (ALERTS{alertstate="firing"})', "eval_time": "1h", "exp_samples": firing}
        ],
    }


@each_example
def test_promtool_accepts_the_rules(example: Path, tmp_path: Path) -> None:
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": groups(example)}))
    said = promtool("check", "rules", "rules.yaml", cwd=tmp_path)
    assert said.returncode == 0 and "FAILED" not in said.stdout + said.stderr, said.stdout + said.stderr


@each_example
def test_each_alert_fires_when_it_should_and_alone(example: Path, tmp_path: Path) -> None:
    (answers,) = read_yaml(example / ".copier-answers.yml")
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": groups(example)}))
    tests = []
    for alert in alerts(example):
        case = cases(answers)[alert]
        assert case.fires != case.quiet
        tests += [unit_test(case.fires, alert), unit_test(case.quiet, None)]
    (tmp_path / "tests.yaml").write_text(yaml.safe_dump({"rule_files": ["rules.yaml"], **SELDOM, "tests": tests}))
    said = promtool("test", "rules", "tests.yaml", cwd=tmp_path)
    assert said.returncode == 0, said.stdout + said.stderr


def test_promtool_can_refuse(tmp_path: Path) -> None:
    example = next(path for path in examples() if path.name == "frontend")
    text = yaml.safe_dump({"groups": groups(example)})
    (tmp_path / "rules.yaml").write_text(text.replace("rate(", "rat("))
    assert promtool("check", "rules", "rules.yaml", cwd=tmp_path).returncode != 0


@each_example
def test_the_metrics_exist(example: Path) -> None:
    """Those of the service are in its contract; those of others are named here, as each shows them."""
    others = re.compile(
        r"up|kube_job_failed|kube_job_status_(start_time|active)|kube_cronjob_(next_schedule_time|spec_suspend|status_last_successful_time)"
        r"|container_cpu_cfs_(throttled_)?periods_total"
        r"|kube_horizontalpodautoscaler_(status_desired_replicas|spec_max_replicas)"
        r"|kube_pod_(init_)?container_status_restarts_total|kube_deployment_status_(condition|replicas_available)"
        r"|kube_deployment_spec_replicas"
        r"|envoy_cluster_outlier_detection_ejections_active|envoy_cluster_upstream_rq_pending_overflow"
        r"|envoy_http_local_rate_limit_(rate_limited|enabled)|(breaker|limiter)_requests_total"
    )
    every = rules(example)
    recorded = {rule["record"] for rule in every if "record" in rule}
    for rule in every:
        for metric in re.findall(r"([a-z_:0-9]+)(?:\{|\[| [=>])", re.sub(r'"[^"]*"', "", rule["expr"])):
            own = metric.removesuffix("_bucket").removesuffix("_count")
            assert own in CONTRACT["metrics"] or metric in recorded or others.fullmatch(metric), metric


@cache
def scrape_files() -> list[Path]:
    return [path for example in examples() for path in example.glob("deploy/monitoring/scrape.yaml")]


@pytest.mark.parametrize("path", scrape_files(), ids=lambda path: path.parents[2].name)
def test_promtool_accepts_the_scrape_file(path: Path, tmp_path: Path) -> None:
    """Debian's promtool knows no Kubernetes, so a fixed target stands in for its discovery."""
    (config,) = read_yaml(path)
    for job in config["scrape_configs"]:
        assert job.pop("kubernetes_sd_configs")
        job["static_configs"] = [{"targets": ["127.0.0.1:9090"]}]
    (tmp_path / "prometheus.yaml").write_text(yaml.safe_dump(config))
    said = promtool("check", "config", "prometheus.yaml", cwd=tmp_path)
    assert said.returncode == 0, said.stdout + said.stderr


def dashboards() -> list[Any]:
    return [
        pytest.param(path, id=path.parents[2].name)
        for example in examples()
        for path in example.glob("deploy/monitoring/dashboard.json")
    ]


@pytest.mark.parametrize("path", dashboards())
def test_promtool_accepts_the_queries_of_the_dashboard(path: Path, tmp_path: Path) -> None:
    panels = json.loads(path.read_text())["panels"]
    queries = [target["expr"].replace("$__rate_interval", "5m") for panel in panels for target in panel["targets"]]
    assert len(queries) >= len(panels) >= 4
    recorded = [{"record": f"panel_{number}", "expr": query} for number, query in enumerate(queries)]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": recorded}]}))
    said = promtool("check", "rules", "rules.yaml", cwd=tmp_path)
    assert said.returncode == 0, said.stdout + said.stderr
