"""The demo's breaker and limiter on a real Kubernetes: pages stay fast, jobs end, what starts first ends last (P10, P11)."""

from __future__ import annotations

import json
import statistics
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import yaml

from tests.real.cluster.asking import ask, pods, scale, statuses
from tests.real.cluster.conftest import OVERLAY, Demo, deployed, inputs_of_demo
from tests.real.conformance.contract import entries
from tests.real.experiments.asking import Caller

pytestmark = pytest.mark.kept(inputs=lambda _: inputs_of_demo())
TRIPS_AFTER = 3
PAGES = 100


def test_a_sidecar_is_up_before_the_service(demo: Demo) -> None:
    for name, kind, other in (("frontend", "breaker", "serve"), ("mail", "limiter", "serve")):
        for pod in pods(demo, name):
            found = statuses(pod)
            assert found[kind]["ready"] and found[kind]["restartCount"] == 0
            assert found[kind]["state"]["running"]["startedAt"] <= found[other]["state"]["running"]["startedAt"]


def test_the_service_calls_by_way_of_its_breaker(demo: Demo) -> None:
    assert ask(demo, "frontend")[0] == 200
    demo.cluster.wait_for(
        lambda: {line["dependency"] for line in calls(demo) if line["status"] == 200} == {"mail", "weather"},
        20, "each call is a line of the breaker's log",
    )  # fmt: skip


def calls(demo: Demo) -> list[dict[str, Any]]:
    """Return the calls in the breakers' logs."""
    names = [pod["metadata"]["name"] for pod in pods(demo, "frontend")]
    return [line for name in names for line in logged(demo, name) if line.get("message") == "dependency call"]


def logged(demo: Demo, pod: str) -> list[dict[str, Any]]:
    """Return the lines of one pod's breaker."""
    return [json.loads(line) for line in demo.kubectl("logs", pod, "--container=breaker").splitlines()]


def test_the_limiter_stands_in_front_of_the_service(demo: Demo) -> None:
    """Its own port is another, and the Service leads to the limiter's."""
    (pod, *_) = pods(demo, "mail")
    port = deployed("mail").context["listeners"][0]
    address = pod["status"]["podIP"]
    caller = Caller(port["number"], host=address)
    limit = deployed("mail").context["limit_burst"]
    answers = [caller.ask() for _ in range(3 * limit)]
    assert {each.status for each in answers} == {200, 429}
    admin = Caller(deployed("mail").context["admin_port"], host=address)
    assert {admin.ask(path="/readyz").status for _ in range(2 * limit)} == {200}, "probes are never limited"
    with urllib.request.urlopen(f"http://{address}:{deployed('mail').context['limiter_health_port']}/metrics") as told:
        assert b"envoy_http_local_rate_limit_rate_limited" in told.read()


@dataclass(frozen=True)
class Weather:
    """What one pod's breaker did with calls to the weather: how it answered, and how often it opened."""

    refused: list[int]
    """Milliseconds of each call that the open breaker answered by itself (Envoy's flags UH and UO)."""

    late: int
    """Calls that waited for their whole timeout."""

    trips: int
    """How often the breaker opened."""


def weather_since(demo: Demo, pod: str, line: int) -> Weather:
    """Return what a pod's breaker logged about the weather, from that line on."""
    lines = logged(demo, pod)[line:]
    found = [each for each in lines if each.get("dependency") == "weather"]
    return Weather(
        refused=[each["duration_ms"] for each in found if each["flags"] in {"UH", "UO"}],
        late=sum(each["status"] == 504 for each in found),
        trips=sum((each.get("cluster_name"), each.get("action")) == ("weather", "EJECT") for each in lines),
    )


@contextmanager
def slow_weather(demo: Demo) -> Iterator[None]:
    """Put the seed's weather in the place of the real one: it sleeps for 30 s, then fails."""
    demo.kubectl("apply", "--filename", "-", input_=SLOW.replace("IMAGE", demo.images["weather"]))
    demo.rolled_out("slow-weather")
    try:
        select(demo, "slow-weather")
        scale(demo, "weather", 0, endpoints=False)  # ends the connections that are kept to it
        yield
    finally:
        demo.kubectl("scale", "deployment/weather", "--replicas=2")
        select(demo, "weather")
        demo.kubectl("delete", "deployment/slow-weather", "--wait=false", "--grace-period=1")
        demo.rolled_out("weather")


def select(demo: Demo, name: str) -> None:
    """Let the Service `weather` lead to the pods of that name."""
    patch = {"spec": {"selector": {"app.kubernetes.io/name": name}}}
    demo.kubectl("patch", "service/weather", "--patch", json.dumps(patch))


def test_a_slow_auxiliary_costs_three_calls_and_then_milliseconds(demo: Demo, record_property: Any) -> None:
    timeout = next(
        each["timeout"] for each in deployed("frontend").context["dependencies"] if each["name"] == "weather"
    )
    with slow_weather(demo):
        (pod, *_) = (each["metadata"]["name"] for each in pods(demo, "frontend"))
        hung = demo.kubectl("exec", pod, "--container=serve", "--", "python", "-c", DIRECT, check=False)
        assert "timed out" in hung, "the twin: without the breaker a call hangs"
        names = [each["metadata"]["name"] for each in pods(demo, "frontend")]
        before = {name: len(logged(demo, name)) for name in names}
        for _ in range(PAGES):
            status, answer, _ = ask(demo, "frontend")
            assert (status, answer["degraded"], answer["dependencies"]["weather"]) == (200, ["weather"], None)

        def told() -> list[Weather]:
            return [weather_since(demo, name, before[name]) for name in names]

        demo.cluster.wait_for(
            lambda: sum(len(each.refused) + each.late for each in told()) >= PAGES,
            20,
            "each page's call is a line of the log",
        )
        # Counted by the breaker itself: how long a page takes depends on the machine's other work, too.
        for each in told():
            assert each.trips >= 1
            assert each.late <= TRIPS_AFTER * (each.trips + 1), "slow calls between trips"
        milliseconds = [each for pod in told() for each in pod.refused]
        assert len(milliseconds) > PAGES / 2, "most pages do not wait"
        median = statistics.median(milliseconds)
        assert median < timeout * 1000 / 20, f"{median} ms"
        record_property("refused_ms", median)
        record_property("slow_calls", sum(each.late for each in told()))
    demo.cluster.wait_for(
        lambda: all(ask(demo, "frontend")[1]["degraded"] == [] for _ in range(10)), 60, "the weather is back on the page"
    )  # fmt: skip


def test_a_job_ends_though_its_breaker_never_would(demo: Demo) -> None:
    """And the twin: the same breaker as a plain container keeps the same job from ending."""
    twin = "frontend-never-ends"
    (job,) = (
        each
        for each in yaml.safe_load_all(demo.cluster.kubectl("kustomize", demo.folders["frontend"] / "deploy/overlays" / OVERLAY))
        if each["kind"] == "Job"
    )  # fmt: skip
    spec = job["spec"]["template"]["spec"]
    assert [each["name"] for each in spec["initContainers"]] == ["breaker"]
    spec["containers"].append(spec.pop("initContainers")[0])
    del spec["containers"][1]["restartPolicy"]
    job["metadata"]["name"] = twin
    demo.kubectl("apply", "--filename", "-", input_=yaml.safe_dump(job))
    demo.kubectl("wait", "--for=condition=complete", "job/frontend-warm-up", "--timeout=90s")
    (pod,) = demo.cluster.get("--namespace", demo.namespace, "pods", "--selector=job-name=frontend-warm-up")["items"]
    ended = {name: each["state"]["terminated"] for name, each in statuses(pod).items()}
    assert ended["job"]["exitCode"] == 0 and ended["breaker"]["finishedAt"] >= ended["job"]["finishedAt"]
    assert entries(demo.kubectl("logs", "job/frontend-warm-up", "--container=job"))[-1]["message"] == "job finished"

    def job_done() -> bool:
        found = demo.cluster.get("--namespace", demo.namespace, "pods", f"--selector=job-name={twin}")["items"]
        return bool(found) and "terminated" in statuses(found[0]).get("job", {"state": {}})["state"]

    demo.cluster.wait_for(job_done, 60, "the twin's own work is done")
    time.sleep(5)
    assert demo.cluster.get("--namespace", demo.namespace, "job", twin)["status"].get("active") == 1
    demo.kubectl("delete", f"job/{twin}", "--wait=false", "--cascade=foreground")


DIRECT = "import urllib.request; urllib.request.urlopen('http://weather', timeout=2)"

SLOW = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: slow-weather}
spec:
  selector: {matchLabels: {app.kubernetes.io/name: slow-weather}}
  template:
    metadata: {labels: {app.kubernetes.io/name: slow-weather, app.kubernetes.io/component: serve}}
    spec:
      terminationGracePeriodSeconds: 1
      securityContext: {runAsNonRoot: true, runAsUser: 10001, seccompProfile: {type: RuntimeDefault}}
      containers:
        - name: serve
          image: IMAGE
          imagePullPolicy: Never
          command: [python, -c]
          args:
            - |
              import time
              from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
              class Handler(BaseHTTPRequestHandler):
                  def do_GET(self):
                      time.sleep(30)
                      self.send_error(500, "System overloaded")
              ThreadingHTTPServer(("", 8080), Handler).serve_forever()
          ports: [{name: http, containerPort: 8080}]
          readinessProbe: {tcpSocket: {port: http}, periodSeconds: 1}
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
"""
