"""nginx as a limiter and as a breaker on a real Kubernetes: no request is lost, names are found, jobs end (P10, P11)."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import pytest
import yaml

from scaffold.engine.answers_file import read_answers
from scaffold.files.folder import write_files
from tests.real.cluster.asking import ask, pods, restarted_under_load, statuses
from tests.real.cluster.conftest import OVERLAY, Demo
from tests.real.conformance.contract import entries
from tests.real.experiments.asking import Caller
from tests.support import load
from workshop import goldens, judges


def test_the_limiter_stands_in_front_of_the_service(demo: Demo) -> None:
    context = goldens.answers_of("weather").context
    assert context["limiter"] == "nginx" and ask(demo, "weather")[0] == 200
    (pod, *_) = pods(demo, "weather")
    found = statuses(pod)
    assert found["limiter"]["state"]["running"]["startedAt"] <= found["serve"]["state"]["running"]["startedAt"]
    caller = Caller(context["ports"][0]["number"], host=pod["status"]["podIP"])
    assert {caller.ask().status for _ in range(3 * context["limit_burst"])} == {200, 429}
    metrics = f"http://{pod['status']['podIP']}:{context['limiter_health_port']}/metrics"
    with urllib.request.urlopen(metrics) as told:
        assert b'limiter_requests_total{port="http",outcome="rate"}' in told.read()


@pytest.mark.skipif(load.missing() is not None, reason=load.missing() or "")
def test_a_rolling_restart_under_load_costs_no_request(demo: Demo, tmp_path: Path) -> None:
    """The limiter closes what is kept to it, and ends while the service still answers what is under way."""
    report = restarted_under_load(demo, "weather", tmp_path)
    assert report.ok > 400 and report.failed == 0, report


def test_a_job_with_a_breaker_finds_its_dependencies_and_ends(demo: Demo, tmp_path: Path) -> None:
    """The seed's frontend with nginx in the place of Envoy: its job alone, beside the demo."""
    answers = {**read_answers(goldens.ROOT / "examples" / "frontend.yml"), "name": "frontend-nginx", "breaker": "nginx"}
    resolved = goldens.engine()[1].resolve(answers)
    write_files(tmp_path, goldens.rendered(resolved))
    built = judges.ask("kubectl", "kustomize", tmp_path / "deploy" / "overlays" / OVERLAY).stdout
    image = f"{resolved.context['image']}:{demo.images['frontend'].rpartition(':')[2]}"
    wanted = [each for each in yaml.safe_load_all(built) if each["kind"] in {"ConfigMap", "ServiceAccount", "Job"}]
    text = yaml.safe_dump_all(wanted).replace(image, demo.images["frontend"])
    demo.kubectl("apply", "--filename", "-", input_=text)
    job = "frontend-nginx-warm-up"
    demo.kubectl("wait", "--for=condition=complete", f"job/{job}", "--timeout=90s")
    (pod,) = demo.cluster.get("--namespace", demo.namespace, "pods", f"--selector=job-name={job}")["items"]
    ended = {name: each["state"]["terminated"] for name, each in statuses(pod).items()}
    assert ended["job"]["exitCode"] == ended["breaker"]["exitCode"] == 0
    assert ended["breaker"]["finishedAt"] >= ended["job"]["finishedAt"]
    assert entries(demo.kubectl("logs", f"job/{job}", "--container=job"))[-1]["message"] == "job finished"
    lines = map(json.loads, demo.kubectl("logs", f"job/{job}", "--container=breaker").splitlines())
    calls = {(line["dependency"], line["status"], line["outcome"]) for line in lines}
    assert calls == {("mail", 200, "passed"), ("weather", 200, "passed")}, "found by the pod's own resolv.conf"
