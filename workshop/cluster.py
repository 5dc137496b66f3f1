"""The one-node Kubernetes of workshop/one-node-cluster, for tests."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from workshop.command import succeed

SCRIPT = Path(__file__).with_name("one-node-cluster")
TOOLS = ("go", "podman", "buildah", "etcd", "containerd", "runc", "iptables", "ip")


def missing() -> str | None:
    """Tell why there can be no cluster here, or nothing where there can."""
    if os.environ.get("KUBE_SCAFFOLD_CLUSTER") == "0":
        return "cluster: switched off by KUBE_SCAFFOLD_CLUSTER=0"
    if os.geteuid() != 0:
        return "cluster: needs root"
    absent = [tool for tool in TOOLS if not shutil.which(tool)]
    if absent:
        return f"cluster: {', '.join(absent)} not found; workshop/install-system installs all but Go"
    return None


class Cluster:
    """A cluster that runs."""

    def __init__(self, kubeconfig: str) -> None:
        """Take the path of its kubeconfig."""
        self.env = {**os.environ, "KUBECONFIG": kubeconfig}

    def kubectl(self, *words: str | Path, input_: str | None = None, check: bool = True, patience: float = 180) -> str:
        """Run kubectl; return what it prints, or its error where `check` is off."""
        done = subprocess.run(
            ["kubectl", *words],
            env=self.env, input=input_, capture_output=True, text=True, check=False, timeout=patience,
        )  # fmt: skip
        if check and done.returncode != 0:
            raise RuntimeError(f"kubectl {' '.join(map(str, words))}: exit code {done.returncode}\n{done.stderr}")
        return done.stdout if done.returncode == 0 else done.stderr

    def get(self, *words: str) -> Any:
        """Return objects as `kubectl get --output json` gives them."""
        return json.loads(self.kubectl("get", *words, "--output", "json"))

    def load(self, *images: str) -> None:
        """Hand local images to the node."""
        run("load", *images)

    def wait_for(self, what: Callable[[], bool], patience: float = 120, message: str = "") -> None:
        """Wait until something holds; raise AssertionError with the story after `patience` seconds."""
        until = time.monotonic() + patience
        while not what():
            if time.monotonic() > until:
                raise AssertionError(f"cluster: not within {patience} s: {message}\n{self.story()}")
            time.sleep(0.5)

    def story(self) -> str:
        """Tell what goes on, for the message of a test that failed."""
        pods = self.kubectl("get", "pods,jobs,deployments", "--all-namespaces", "--output", "wide", check=False)
        events = self.kubectl("get", "events", "--all-namespaces", "--sort-by", ".lastTimestamp", check=False)
        return f"{pods}\n" + "\n".join(events.splitlines()[-25:])


def run(*words: str, seconds: float = 300) -> str:
    """Run the cluster's script and return what it prints."""
    return succeed([SCRIPT, *words], seconds=seconds).strip()


def build() -> None:
    """Build Kubernetes' binaries, where they are not there yet."""
    run("build", seconds=2400)


@contextmanager
def cluster() -> Iterator[Cluster]:
    """Start a cluster; it is gone at the end, unless KUBE_SCAFFOLD_CLUSTER=keep."""
    build()
    try:
        yield Cluster(run("up").splitlines()[-1])
    finally:
        if os.environ.get("KUBE_SCAFFOLD_CLUSTER") != "keep":
            run("down")
