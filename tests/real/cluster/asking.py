"""What the tests of the demo ask of it, and what they do to it."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.real.cluster.conftest import Demo
from tests.support import load

SLACK = 2.5


def ask(demo: Demo, name: str) -> tuple[int, dict, float]:
    """Ask a service by its cluster address; return status, answer and seconds."""
    began = time.monotonic()
    connection = http.client.HTTPConnection(demo.address(name), 80, timeout=30)
    try:
        connection.request("GET", "/")
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read()), time.monotonic() - began
    finally:
        connection.close()


def pods(demo: Demo, name: str) -> list[dict]:
    """Return the pods of a service that serve and are not on their way out."""
    selector = f"--selector=app.kubernetes.io/name={name},app.kubernetes.io/component=serve"
    found = demo.cluster.get("--namespace", demo.namespace, "pods", selector)["items"]
    return [pod for pod in found if "deletionTimestamp" not in pod["metadata"]]


def restarted_under_load(demo: Demo, name: str, folder: Path) -> load.Report:
    """Restart a deployment while its Service is under constant load."""

    def restart() -> None:
        demo.kubectl("rollout", "restart", f"deployment/{name}")
        demo.rolled_out(name)

    return changed_under_load(demo, name, folder, restart)


def changed_under_load(demo: Demo, name: str, folder: Path, change: Callable[[], None]) -> load.Report:
    """Do what replaces all pods of a deployment while its Service is under constant load.

    The load comes by a node port on loopback: kube-proxy takes it to the same pods as the cluster address.
    """
    demo.kubectl("patch", f"service/{name}", "--patch", '{"spec": {"type": "NodePort"}}')
    port = demo.cluster.get("--namespace", demo.namespace, "service", name)["spec"]["ports"][0]["nodePort"]
    url = f"http://127.0.0.1:{port}/"
    demo.cluster.wait_for(lambda: answers(port), 20, f"{url} answers")
    before = {pod["metadata"]["uid"] for pod in pods(demo, name)}
    with load.load(url, folder, rate=40, seconds=300) as attack:
        time.sleep(2)
        change()
        selector = f"--selector=app.kubernetes.io/name={name}"
        demo.cluster.wait_for(
            lambda: not before & {each["metadata"]["uid"] for each in
                                  demo.cluster.get("--namespace", demo.namespace, "pods", selector)["items"]},
            60,
            "the old pods are gone",
        )  # fmt: skip
        attack.end()
        return attack.report()


def scale(demo: Demo, name: str, replicas: int, *, endpoints: bool = True) -> None:
    """Scale a deployment; with `endpoints` its Service must have none left at the end."""
    demo.kubectl("scale", f"deployment/{name}", f"--replicas={replicas}")
    demo.cluster.wait_for(lambda: len(pods(demo, name)) == replicas, 60, f"{name} has {replicas} pods")
    if not endpoints:
        return
    selector = "--selector=kubernetes.io/service-name=" + name
    demo.cluster.wait_for(
        lambda: not [
            each for slice_ in demo.cluster.get("--namespace", demo.namespace, "endpointslices", selector)["items"]
            for each in slice_["endpoints"] or [] if each["conditions"].get("serving")
        ],
        60, f"{name} has no endpoints",
    )  # fmt: skip


def statuses(pod: dict[str, Any]) -> dict[str, dict[str, Any]]:
    status = pod["status"]
    return {each["name"]: each for each in [*status.get("initContainerStatuses", []), *status["containerStatuses"]]}


def answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
