"""What a cluster experiment works with: the deployed service, a way to call it, its stubs, and time for itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from scaffold.prove.clock import Clock
from scaffold.prove.cluster.deployed import Deployed
from scaffold.prove.cluster.kubectl import Kubectl, KubectlFailed
from scaffold.prove.cluster.pods import is_ready
from scaffold.prove.cluster.rollout import FIRST_PATIENCE, PATIENCE, wait_for_rollout, why_not
from scaffold.prove.cluster.stage import ClusterStage
from scaffold.prove.cluster.stubs import Stubs
from scaffold.prove.lab import Lab
from scaffold.prove.load import Shot
from scaffold.prove.model import Experiment, Failed, Skip
from scaffold.prove.subject.manifests import Object


@dataclass
class ClusterLab(Lab):
    """The lab of an experiment in the cluster."""

    stage: ClusterStage

    @property
    def kubectl(self) -> Kubectl:
        """Calls kubectl in the experiments' namespace."""
        return self.stage.deployed.kubectl

    @property
    def deployed(self) -> Deployed:
        """The service as it runs."""
        return self.stage.deployed

    @property
    def stubs(self) -> Stubs:
        """What stands for its dependencies."""
        return self.stage.stubs

    @property
    def rate(self) -> int:
        """The requests a second of a load that no limiter refuses, even where one pod gets all of it."""
        limit = self.subject.limit_rate
        return min(self.subject.rate, max(1, int(0.7 * limit))) if limit else self.subject.rate

    @contextmanager
    def service(self) -> Iterator[None]:
        """Have the deployed service for oneself, every pod of it ready; waiting for it is not the experiment's time.

        Raises:
            Failed: when the service does not come up.
        """
        while not self.stage.turn.acquire(timeout=0.2):
            self.clock.again().left()  # the run may be stopped
        try:
            self.clock = self.clock.again(FIRST_PATIENCE + PATIENCE)
            self.stage.wait_for_all(self.clock)
            self.clock = self.clock.again(self.experiment.seconds)
            yield
        finally:
            self._replace_broken()
            self.stage.turn.release()

    def _replace_broken(self) -> None:
        """Delete the pods that are not ready: an experiment that failed leaves nothing broken for the next one."""
        with suppress(KubectlFailed):
            broken = [pod["metadata"]["name"] for pod in self.deployed.pods() if not is_ready(pod)]
            if broken:
                self.kubectl.call(
                    "delete", "pod", *self.kubectl.named(*broken), "--grace-period=0", "--force", "--ignore-not-found"
                )

    def first_ready(self) -> Object:
        """Wait for a pod of the service that is ready, also while others disturb it; return it.

        Raises:
            Failed: when there is none in time.
        """
        self.clock = self.clock.again(FIRST_PATIENCE + PATIENCE)
        found: list[Object] = []

        def looked() -> bool:
            found[:] = self.deployed.ready()
            return bool(found or self.stage.problem)

        self.clock.wait_until(looked, FIRST_PATIENCE, 0.5)
        self.stage.check_deployed()
        if not found:
            raise Failed(f"no pod became ready: {why_not(self.deployed, self.deployed.name)}")
        self.clock = self.clock.again(self.experiment.seconds)
        return found[0]

    def rolled_out(self, name: str, counted: str = "availableReplicas") -> None:
        """Wait for the rollout of a Deployment, as `wait_for_rollout` does."""
        wait_for_rollout(self.deployed, name, self.clock, counted)

    def execute(self, pod: str, *words: str) -> tuple[int, str]:
        """Run a command in a pod's serving container; return whether it failed (1) and what it printed."""
        return self.deployed.execute(pod, *words, timeout=self.clock.left(30))

    def need(self, pod: str, *programs: str) -> None:
        """Skip the experiment when the image lacks a program."""
        for program in programs:
            failed, said = self.execute(pod, program, "--help")
            if failed and ("executable file not found" in said or "no such file" in said.lower()):
                raise Skip(f"the image has no {program}, which this experiment runs inside the container")

    @property
    def url(self) -> str:
        """The address by which the load generator finds the service."""
        return self.stage.door.url(self.clock)

    def ask(self, timeout: float = 30) -> Shot:
        """Send one request; status 0 is not a response."""
        return self.stage.door.ask(self.clock, timeout)

    def responses(self, timeout: float = 30) -> Iterator[Shot]:
        """Send one request after the other."""
        return self.stage.door.responses(self.clock, timeout)

    def need_answers(self) -> None:
        """Go on only where the service responds well while nothing is done to it.

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
        stubbed = self.stubs.dependencies
        missing = [each.name for each in self.subject.dependencies if each not in stubbed]
        told = f"{self.subject.path} returns {shot.status or 'nothing'} before the experiment begins"
        if missing:
            raise Skip(
                f"{told}, and {', '.join(missing)} can't be stubbed here; set `path` to one that works without them"
            )
        raise Failed(f"{told}; set `path` to one that works without dependencies")


@contextmanager
def open_lab(stage: ClusterStage, experiment: Experiment, clock: Clock) -> Iterator[ClusterLab]:
    """Open the lab of one experiment, with all manifests applied; `ClusterLab.service` waits for the rollout.

    Raises:
        Failed: when the service could not be deployed.
    """
    stage.deploy(clock)
    yield ClusterLab(stage, experiment, clock.again())  # the deployment was not this experiment's time
