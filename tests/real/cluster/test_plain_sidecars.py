"""`native_sidecars: false`, for clusters older than 1.29: the sidecars are containers like any other (P10, P11)."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from scaffold.engine.answers_file import read_answers
from scaffold.files.folder import write_files
from tests.real.cluster.asking import ask, pods, restarted_under_load, statuses
from tests.real.cluster.conftest import OVERLAY, Demo
from tests.support import load
from workshop import goldens, judges

NAME = "frontend-plain"
ANSWERS = {"name": NAME, "limiter": "nginx", "native_sidecars": False, "shutdown_seconds": 10}


@contextmanager
def watched(demo: Demo, file: Path) -> Iterator[dict[str, dict[str, int]]]:
    """Give, once the block has ended, how each container of a pod that went ended, by the pod's uid."""
    ends: dict[str, dict[str, int]] = {}
    command = ["kubectl", "--namespace", demo.namespace, "get", "pods", "--watch", "--output", "json"]
    with file.open("wb") as out:
        watch = subprocess.Popen(
            [*command, f"--selector=app.kubernetes.io/name={NAME}"], env=demo.cluster.env, stdout=out
        )
    try:
        yield ends
    finally:
        watch.terminate()
        watch.wait()
    for pod in objects(file.read_text()):
        if "deletionTimestamp" in pod["metadata"]:
            states = {name: each["state"].get("terminated") for name, each in statuses(pod).items()}
            ends.setdefault(pod["metadata"]["uid"], {}).update(
                {name: state["exitCode"] for name, state in states.items() if state}
            )


def objects(text: str) -> Iterator[Any]:
    """Read one JSON object after the other."""
    decoder = json.JSONDecoder()
    text = text.strip()
    while text:
        found, end = decoder.raw_decode(text)
        yield found
        text = text[end:].lstrip()


@pytest.mark.skipif(load.missing() is not None, reason=load.missing() or "")
def test_it_serves_and_a_rolling_restart_costs_no_request_and_ends_in_time(demo: Demo, tmp_path: Path) -> None:
    """The seed's frontend once more, beside the demo, with a breaker and a limiter."""
    answers = {**read_answers(goldens.ROOT / "examples" / "frontend.yml"), **ANSWERS}
    resolved = goldens.engine()[1].resolve(answers)
    service = tmp_path / "service"
    service.mkdir()
    write_files(service, goldens.rendered(resolved))
    built = judges.ask("kubectl", "kustomize", service / "deploy" / "overlays" / OVERLAY).stdout
    wanted = [each for each in yaml.safe_load_all(built) if each["kind"] not in {"Job", "CronJob"}]
    image = f"{resolved.context['image']}:{demo.images['frontend'].rpartition(':')[2]}"
    text = yaml.safe_dump_all(wanted).replace(image, demo.images["frontend"])
    demo.kubectl("apply", "--filename", "-", input_=text)
    try:
        demo.rolled_out(NAME)
        assert ask(demo, NAME)[:2] == ask(demo, "frontend")[:2], "it is the same image"
        old = {pod["metadata"]["uid"]: pod for pod in pods(demo, NAME)}
        for pod in old.values():
            containers = {each["name"] for each in pod["spec"]["containers"]}
            assert containers == {"breaker", "limiter", "serve"} and "initContainers" not in pod["spec"]
        with watched(demo, tmp_path / "watch") as ends:
            report = restarted_under_load(demo, NAME, tmp_path)
        assert report.ok > 400 and report.failed == 0, report
        # 137 would be the kubelet's SIGKILL at the end of the grace period.
        assert {uid: ends.get(uid) for uid in old} == {uid: {"breaker": 0, "limiter": 0, "serve": 0} for uid in old}
    finally:
        demo.kubectl("delete", "--filename", "-", "--wait=false", input_=text)
