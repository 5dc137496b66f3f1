"""What a cluster experiment works with: the deployed service, its pods, its stubs, and a way to ask it from outside."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING

import httpx

from scaffold.prove.bench import Bench
from scaffold.prove.cluster.kubectl import Kubectl, KubectlFailed
from scaffold.prove.cluster.load_pod import PodVegeta
from scaffold.prove.cluster.objects import serving
from scaffold.prove.cluster.pods import is_ready, last_words, status_of
from scaffold.prove.cluster.stubs import NAME as STUBS
from scaffold.prove.load import Shot
from scaffold.prove.model import Failed, Skip
from scaffold.prove.subject.manifests import Object

if TYPE_CHECKING:
    from scaffold.prove.cluster.stage import ClusterStage

PATIENCE = 180.0
"""Seconds that a rollout may take where its own deadline is longer or not known."""
FIRST_PATIENCE = 300.0
"""Seconds that the first one may take: nodes pull images for it."""


@dataclass
class ClusterLab(Bench):
    """The bench of an experiment in the cluster."""

    stage: ClusterStage

    @property
    def kubectl(self) -> Kubectl:
        """Calls kubectl in the experiments' namespace."""
        return self.stage.kubectl

    @cached_property
    def deployment(self) -> Object:
        """The manifest of the Deployment that serves."""
        return serving(self.stage.objects, self.subject.name)

    @property
    def name(self) -> str:
        """The name of that Deployment."""
        return str(self.deployment["metadata"]["name"])

    @property
    def container(self) -> Object:
        """The container that serves, as the manifest has it."""
        found: Object = self.deployment["spec"]["template"]["spec"]["containers"][0]
        return found

    @property
    def rate(self) -> int:
        """The requests a second of a load that no limiter refuses, even where one pod gets all of it."""
        limit = self.subject.limit_rate
        return min(self.subject.rate, max(1, int(0.7 * limit))) if limit else self.subject.rate

    def objects(self, *kinds: str) -> list[Object]:
        """Return the applied manifests of these kinds."""
        return [each for each in self.stage.objects if each["kind"] in kinds]

    # --- the service as it runs ---------------------------------------------------------------------------------------

    def check_deployed(self) -> None:
        """Go on only where the service could be deployed.

        Raises:
            Failed: when it could not, with the reason.
        """
        if self.stage.problem:
            raise Failed(self.stage.problem)

    @contextmanager
    def service(self) -> Iterator[None]:
        """Have the deployed service for oneself, every pod of it ready; waiting for it is not the experiment's time."""
        while not self.stage.turn.acquire(timeout=0.2):
            self.clock.again().left()  # the run may be stopped
        try:
            self.check_deployed()
            self.clock = self.clock.again(FIRST_PATIENCE + PATIENCE)
            self._whole()
            self.clock = self.clock.again(self.experiment.seconds)
            yield
        finally:
            self._replace_broken()
            self.stage.turn.release()

    def _replace_broken(self) -> None:
        """Delete the pods that are not ready: an experiment that failed leaves nothing broken for the next one."""
        with suppress(KubectlFailed):
            broken = [pod["metadata"]["name"] for pod in self.pods() if not is_ready(pod)]
            if broken:
                self.kubectl.call(
                    "delete", "pod", *self.kubectl.named(*broken), "--grace-period=0", "--force", "--ignore-not-found"
                )

    def _whole(self) -> None:
        """Wait for every pod to be ready; where that never comes the first time, nobody waits for it again."""
        try:
            self.rolled_out(self.name, "readyReplicas", PATIENCE if self.stage.came_up else FIRST_PATIENCE)
        except Failed as failed:
            self.stage.problem = "" if self.stage.came_up else str(failed)
            raise
        self.stage.came_up = True

    def first_ready(self) -> Object:
        """Wait for a pod of the service that is ready, also while others disturb it; return it.

        Raises:
            Failed: when there is none in time.
        """
        self.clock = self.clock.again(FIRST_PATIENCE + PATIENCE)
        found: list[Object] = []

        def looked() -> bool:
            found[:] = self.ready()
            return bool(found or self.stage.problem)

        self.clock.wait_until(looked, FIRST_PATIENCE, 0.5)
        self.check_deployed()
        if not found:
            raise Failed(f"no pod became ready: {self.story(self.name)}")
        self.clock = self.clock.again(self.experiment.seconds)
        return found[0]

    def rolled_out(self, name: str, counted: str = "availableReplicas", patience: float = PATIENCE) -> None:
        """Wait until every pod of a Deployment is of its newest version and available, and no other is left.

        Available is what has been ready for minReadySeconds; `readyReplicas` counts what is ready.

        Raises:
            Failed: when that does not happen in time, with what the pods say.
        """
        is_done = partial(self._is_rolled_out, name, counted)
        if self.clock.wait_until(is_done, self.clock.left(patience), 0.3) is None:
            raise Failed(f"deployment/{name} was not rolled out: {self.story(name)}")

    def _is_rolled_out(self, name: str, counted: str) -> bool:
        found = self.kubectl.get(f"deployment/{name}")
        wanted, status = found["spec"]["replicas"], found.get("status", {})
        counts = [status.get(key, 0) for key in ("replicas", "updatedReplicas", counted)]
        return bool(status.get("observedGeneration", 0) >= found["metadata"]["generation"]) and counts == [wanted] * 3

    def pods(self, selector: Object | None = None) -> list[Object]:
        """Return the service's pods that are not on their way out, or those that another selector takes."""
        return [pod for pod in self.all_pods(selector) if "deletionTimestamp" not in pod["metadata"]]

    def all_pods(self, selector: Object | None = None) -> list[Object]:
        """Return the same pods, and those that are on their way out."""
        labels = selector or self.deployment["spec"]["selector"]["matchLabels"]
        words = ",".join(f"{key}={value}" for key, value in labels.items())
        found: list[Object] = self.kubectl.get("pods", f"--selector={words}")["items"]
        return found

    def pod(self, name: str) -> Object:
        """Return one of the service's pods; one that is gone has an empty status."""
        return next((each for each in self.pods() if each["metadata"]["name"] == name), {"status": {}})

    def ready(self) -> list[Object]:
        """Return those of its pods that are ready."""
        return [pod for pod in self.pods() if is_ready(pod)]

    def story(self, name: str) -> str:
        """Tell what holds up a Deployment: the last words of its newest unready pod, else its conditions."""
        labels = self.kubectl.get(f"deployment/{name}")["spec"]["selector"]["matchLabels"]
        for pod in sorted(self.pods(labels), key=lambda each: each["metadata"]["creationTimestamp"], reverse=True):
            if words := last_words(pod):
                return words
        events = self.kubectl.get("events", "--field-selector=type=Warning", "--sort-by=.lastTimestamp")["items"]
        return "; ".join(each["message"] for each in events[-2:]) or "its pods do not become ready"

    def execute(self, pod: str, *words: str, container: str | None = None) -> tuple[int, str]:
        """Run a command in a pod's serving container; return whether it failed (1) and what it printed."""
        name = container or str(self.container["name"])
        try:
            (named,) = self.kubectl.named(pod)
            return 0, self.kubectl.call("exec", named, f"--container={name}", "--", *words, timeout=self.clock.left(30))
        except KubectlFailed as error:
            return 1, str(error)

    def need(self, pod: str, *programs: str) -> None:
        """Skip the experiment when the image lacks a program."""
        for program in programs:
            failed, said = self.execute(pod, program, "--help")
            if failed and ("executable file not found" in said or "no such file" in said.lower()):
                raise Skip(f"the image has no {program}, which this experiment runs inside the container")

    # --- asking and disturbing it -------------------------------------------------------------------------------------

    @cached_property
    def url(self) -> str:
        """An address of this machine's or the cluster's by which the Service answers here, through kube-proxy.

        The load generator that is a pod finds it by its name.

        Raises:
            Skip: when none does. A port-forward would not do: it is tied to one pod.
        """
        service = self.service_object()
        port = next(iter(service["spec"]["ports"]))["port"]
        if isinstance(self.stage.vegeta, PodVegeta):
            return f"http://{service['metadata']['name']}:{port}{self.subject.path}"
        patch = '{"spec": {"type": "NodePort"}}'
        self.kubectl.call("patch", f"service/{service['metadata']['name']}", f"--patch={patch}")
        made = self.kubectl.get(f"service/{service['metadata']['name']}")["spec"]
        node_port = made["ports"][0]["nodePort"]
        nodes = Kubectl(self.kubectl.program, self.kubectl.context).get("nodes")["items"]
        inside = [a["address"] for n in nodes for a in n["status"]["addresses"] if a["type"] == "InternalIP"]
        places = [f"127.0.0.1:{node_port}", *(f"{ip}:{node_port}" for ip in inside), f"{made['clusterIP']}:{port}"]
        for _ in range(20):
            for place in places:
                if self.status(f"http://{place}{self.subject.path}"):
                    return f"http://{place}{self.subject.path}"
            self.clock.sleep(0.5)
        raise Skip(
            f"this machine reaches the Service by none of {', '.join(places)}, so no load can be sent through it; "
            "--load-image IMAGE, with vegeta and a shell, sends it from a pod"
        )

    def service_object(self) -> Object:
        """Return the Service in front of the serving pods.

        Raises:
            Skip: when there is none.
        """
        labels = self.deployment["spec"]["template"]["metadata"]["labels"]
        for each in self.objects("Service"):
            if (each["spec"].get("selector") or {"": None}).items() <= labels.items():
                return each
        raise Skip("no Service selects its pods")

    def ask(self, timeout: float = 30) -> Shot:
        """Ask the service once; status 0 is no answer."""
        if isinstance(self.stage.vegeta, PodVegeta):
            return self.stage.vegeta.ask(self.url, self.clock, timeout)
        url, began = self.url, time.monotonic()
        status = self.status(url, timeout)
        return Shot(0, time.monotonic() - began, status, "")

    def answers(self, timeout: float = 30) -> Iterator[Shot]:
        """Ask one time after the other for as long as somebody wants the answers (from the load pod 20 s)."""
        if isinstance(self.stage.vegeta, PodVegeta):
            yield from self.stage.vegeta.answers(self.url, self.clock, rate=20, seconds=20, timeout=timeout)
            return
        began = time.monotonic()
        while True:
            self.clock.left()
            yield replace(self.ask(timeout), at=time.monotonic() - began)

    def need_answers(self) -> None:
        """Go on only where the service answers well while nothing is done to it.

        Raises:
            Skip: when it does not, and a dependency could not be stubbed.
            Failed: when it does not, and nothing explains it.
        """
        shot = self.ask()
        for _ in range(10):
            if shot.ok:
                return
            self.clock.sleep(1)
            shot = self.ask()
        stubbed = [each.dependency for each in self.stage.stubs]
        missing = [each.name for each in self.subject.dependencies if each not in stubbed]
        told = f"{self.subject.path} answers {shot.status or 'nothing'} before anything is done to the service"
        if missing:
            raise Skip(f"{told}, and {', '.join(missing)} can't be stubbed here; set `path` to what does without")
        raise Failed(f"{told}; set `path` to what it answers by itself")

    def status(self, url: str, timeout: float = 2) -> int:
        """Return the status of one request on a connection of its own, 0 for no answer."""
        try:
            with httpx.Client(trust_env=False, timeout=timeout) as client:
                return client.get(url).status_code
        except (httpx.HTTPError, OSError):
            return 0

    def behave(self, behaviour: str, *names: str) -> None:
        """Set what the stubs of these dependencies do: ok, broken, hanging or dead."""
        ports = [each.target for each in self.stage.stubs if each.dependency.name in names]
        script = "; ".join(f"echo {behaviour} > /state/{port}" for port in ports)
        self._in_stubs(script)

    def asked(self, name: str) -> int:
        """Return how often the stub of that dependency was asked."""
        port = next(each.target for each in self.stage.stubs if each.dependency.name == name)
        script = f"cat /state/{port}.asked 2>/dev/null || echo 0"
        return int(self._in_stubs(script) or 0)

    def _in_stubs(self, script: str) -> str:
        return self.kubectl.call("exec", f"deployment/{STUBS}", "--", "sh", "-c", script)

    def patch(self, changes: Object) -> None:
        """Patch the Deployment as it runs."""
        self.kubectl.call("patch", f"deployment/{self.name}", f"--patch={json.dumps(changes)}")

    def restarts(self, pod: Object) -> int:
        """Count the restarts of the serving container in a pod."""
        return int(status_of(pod, str(self.container["name"])).get("restartCount", 0))
