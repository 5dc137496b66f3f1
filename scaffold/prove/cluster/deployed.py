"""The service as it runs in the experiments' namespace: its manifests, its Deployment and its pods."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from scaffold.prove.cluster.kubectl import Kubectl, KubectlFailed
from scaffold.prove.cluster.objects import serving
from scaffold.prove.cluster.pods import is_ready, status_of
from scaffold.prove.model import Skip
from scaffold.prove.subject.manifests import Object


@dataclass(frozen=True)
class Deployed:
    """The service called `service`, whose `objects` are applied; `kubectl` works in its namespace."""

    kubectl: Kubectl
    objects: Sequence[Object]
    service: str

    @cached_property
    def deployment(self) -> Object:
        """The manifest of the Deployment that serves."""
        return serving(self.objects, self.service)

    @property
    def name(self) -> str:
        """The name of that Deployment."""
        return str(self.deployment["metadata"]["name"])

    @property
    def container(self) -> Object:
        """The container that serves, as the manifest has it."""
        found: Object = self.deployment["spec"]["template"]["spec"]["containers"][0]
        return found

    def of_kind(self, *kinds: str) -> list[Object]:
        """Return the applied manifests of these kinds."""
        return [each for each in self.objects if each["kind"] in kinds]

    def service_object(self) -> Object:
        """Return the Service in front of the serving pods.

        Raises:
            Skip: when there is none.
        """
        labels = self.deployment["spec"]["template"]["metadata"]["labels"]
        for each in self.of_kind("Service"):
            if (each["spec"].get("selector") or {"": None}).items() <= labels.items():
                return each
        raise Skip("no Service selects its pods")

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

    def restarts(self, pod: Object) -> int:
        """Count the restarts of the serving container in a pod."""
        return int(status_of(pod, str(self.container["name"])).get("restartCount", 0))

    def execute(self, pod: str, *words: str, timeout: float = 30) -> tuple[int, str]:
        """Run a command in a pod's serving container; return whether it failed (1) and what it printed."""
        try:
            (named,) = self.kubectl.named(pod)
            container = f"--container={self.container['name']}"
            return 0, self.kubectl.call("exec", named, container, "--", *words, timeout=timeout)
        except KubectlFailed as error:
            return 1, str(error)

    def patch(self, changes: Object) -> None:
        """Patch the Deployment as it runs."""
        self.kubectl.call("patch", f"deployment/{self.name}", f"--patch={json.dumps(changes)}")
