"""Workloads of kinds that are not Kubernetes' own."""

from __future__ import annotations

from scaffold.check.model.workloads import Container, Server, Workload
from scaffold.syntax.lazy import cached_property
from scaffold.syntax.yaml_nodes import Value


class Rollout(Server):
    """A Rollout of Argo: a Deployment with steps of its own (https://argo-rollouts.readthedocs.io/)."""


class CustomWorkload(Workload):
    """An object of a kind that is not Kubernetes' own, with a pod template where a Deployment has it."""


class Workflow(Workload):
    """A Workflow of Argo, or what makes one: a pod for each of its templates (https://argo-workflows.readthedocs.io/)."""

    pod_path = ("spec", "workflowSpec")

    @cached_property
    def pod(self) -> Value | None:
        """Return nothing: what all its pods share is not written as a pod's spec."""
        return None

    @property
    def runs_once(self) -> bool:
        """Return true: each step ends, and Argo's executor, which is PID 1, forwards signals."""
        return True

    @cached_property
    def volume_names(self) -> set[str | None] | None:
        """Return the volumes of all its steps; None of templates, which get those of the Workflow that uses them."""
        spec = self.value.get(*self.pod_path) or self.value.get("spec")
        if spec is None or self.kind.endswith("WorkflowTemplate"):
            return None
        claims = {each.text("metadata", "name") for each in spec.items("volumeClaimTemplates")}
        volumes = [*spec.items("volumes"), *(each for it in spec.items("templates") for each in it.items("volumes"))]
        return claims | {each.text("name") for each in volumes}

    @cached_property
    def containers(self) -> list[Container]:
        """Return the containers of its templates."""
        spec = self.value.get(*self.pod_path) or self.value.get("spec")
        templates = spec.items("templates") if spec else []
        found = (each.get(kind) for each in templates for kind in ("container", "script"))
        return [Container(each, self, "main") for each in found if each]


class ScaledJob(Workload):
    """A ScaledJob of KEDA, which makes Jobs and removes them by itself (https://keda.sh/docs/latest/reference/scaledjob-spec/)."""

    pod_path = ("spec", "jobTargetRef", "template")

    @property
    def runs_once(self) -> bool:
        """Return true: a Job ends."""
        return True
