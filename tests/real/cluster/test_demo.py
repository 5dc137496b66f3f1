"""The demo runs: rolled out, answering through its Service, its jobs done."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.real.cluster.asking import SLACK, ask, pods, restarted_under_load, scale
from tests.real.cluster.conftest import DEMO, Demo, deployed, inputs_of_demo
from tests.real.conformance.contract import CONTRACT, entries
from tests.support import load

pytestmark = pytest.mark.kept(inputs=lambda _: inputs_of_demo())


def test_pod_security_is_enforced(demo: Demo) -> None:
    """Without this the rest would show nothing: a pod that is not restricted is refused."""
    answer = demo.kubectl("run", "naked", "--image=localhost/pause:1", check=False)
    assert "violates PodSecurity" in answer


@pytest.mark.parametrize("name", DEMO)
def test_the_rollout_is_complete(demo: Demo, name: str) -> None:
    found = demo.cluster.get("--namespace", demo.namespace, "deployment", name)
    replicas = deployed(name).context["replicas"]
    assert found["status"]["availableReplicas"] == found["status"]["updatedReplicas"] == replicas
    for pod in pods(demo, name):
        status = pod["status"]["containerStatuses"][0]
        assert status["restartCount"] == 0
        assert status["imageID"], "the pod runs the image that was built"


def test_the_frontend_answers_through_its_service(demo: Demo) -> None:
    status, answer, _ = ask(demo, "frontend")
    assert status == 200
    assert answer["degraded"] == []
    assert {name: each["service"] for name, each in answer["dependencies"].items()} == {
        "mail": "mail",
        "weather": "weather",
    }
    assert answer["version"] == "0.1.0"


def test_pid_1_is_dumb_init_in_a_pod_without_a_token(demo: Demo) -> None:
    pod = pods(demo, "frontend")[0]["metadata"]["name"]
    assert demo.kubectl("exec", pod, "--", "cat", "/proc/1/cmdline").startswith("dumb-init\0")
    assert "No such file" in demo.kubectl("exec", pod, "--", "ls", "/var/run/secrets/kubernetes.io", check=False)
    assert "Read-only file system" in demo.kubectl("exec", pod, "--", "touch", "/app/file", check=False)


def test_logs_are_read_from_the_pod(demo: Demo) -> None:
    ask(demo, "frontend")
    for pod in pods(demo, "frontend"):
        lines = entries(demo.kubectl("logs", pod["metadata"]["name"]))
        assert "started" in {line["message"] for line in lines}


@pytest.mark.parametrize("name", DEMO)
def test_every_job_ends(demo: Demo, name: str) -> None:
    """A Job ran with the deployment; a CronJob is run now by hand."""
    service = deployed(name).context["name"]
    for job in deployed(name).context["jobs"]:
        full = f"{service}-{job['name']}"
        if job.get("schedule"):
            demo.kubectl("delete", "job", f"{full}-now", "--ignore-not-found")  # of a run before
            demo.kubectl("create", "job", f"{full}-now", f"--from=cronjob/{full}")
            full = f"{full}-now"
        demo.kubectl("wait", "--for=condition=complete", f"job/{full}", "--timeout=90s")
        messages = [line["message"] for line in entries(demo.kubectl("logs", f"job/{full}"))]
        assert "job finished" in messages
        # The demo has no collector, so a service that names one can't export its last spans.
        assert all(
            "traces" in message or "spans" in message for message in messages[messages.index("job finished") + 1 :]
        )


@pytest.mark.skipif(load.missing() is not None, reason=load.missing() or "")
def test_a_naive_service_loses_requests_in_a_rolling_restart(demo: Demo, tmp_path: Path) -> None:
    """The twin of the demo: a server that knows nothing of draining, without probes and preStop.

    `scaffold prove` restarts the frontend, which has a breaker (test_cluster_stage.py). Helm replaces the pods of `mail`,
    which has a limiter (test_helm.py). Neither loses a request.
    """
    demo.kubectl("apply", "--filename", "-", input_=NAIVE.replace("IMAGE", demo.images["weather"]))
    demo.rolled_out("naive")
    assert restarted_under_load(demo, "naive", tmp_path).failed > 0
    demo.kubectl("delete", "deployment/naive", "service/naive", "--wait=false")


def test_a_dead_auxiliary_costs_no_time_and_a_dead_critical_fails_in_time(demo: Demo) -> None:
    timeouts = {each["name"]: each["timeout"] for each in deployed("frontend").context["dependencies"]}
    try:
        scale(demo, "weather", 0)
        status, answer, seconds = ask(demo, "frontend")
        assert (status, answer["degraded"], answer["dependencies"]["weather"]) == (200, ["weather"], None)
        assert seconds < timeouts["weather"] + SLACK
        scale(demo, "mail", 0)
        status, answer, seconds = ask(demo, "frontend")
        statuses = CONTRACT["problems"]["statuses"]
        assert status in statuses["dependency_failed"]["status"] + statuses["dependency_timeout"]["status"]
        assert seconds < timeouts["mail"] + SLACK
        ready = [condition["status"] for pod in pods(demo, "frontend")
                 for condition in pod["status"]["conditions"] if condition["type"] == "Ready"]  # fmt: skip
        assert set(ready) == {"True"}, "a probe asks a dependency"
    finally:
        demo.kubectl("scale", "deployment/mail", "deployment/weather", "--replicas=2")
        for name in ("mail", "weather"):
            demo.rolled_out(name)
    demo.cluster.wait_for(lambda: ask(demo, "frontend")[:1] == (200,), 20, "the frontend has recovered")


NAIVE = """\
apiVersion: v1
kind: Service
metadata: {name: naive}
spec:
  selector: {app.kubernetes.io/name: naive}
  ports: [{port: 80, targetPort: 8080}]
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: naive}
spec:
  replicas: 2
  selector: {matchLabels: {app.kubernetes.io/name: naive}}
  template:
    metadata:
      labels: {app.kubernetes.io/name: naive, app.kubernetes.io/component: serve}
    spec:
      securityContext: {runAsNonRoot: true, runAsUser: 10001, seccompProfile: {type: RuntimeDefault}}
      terminationGracePeriodSeconds: 2
      containers:
        - name: serve
          image: IMAGE
          command: [python, -c]
          args:
            - |
              import os, signal, time
              from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
              class Handler(BaseHTTPRequestHandler):
                  def do_GET(self):
                      time.sleep(0.3)
                      self.send_response(200)
                      self.send_header("Content-Length", "2")
                      self.end_headers()
                      self.wfile.write(b"ok")
              signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
              ThreadingHTTPServer(("", 8080), Handler).serve_forever()
          securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
"""
