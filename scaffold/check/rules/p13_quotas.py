"""P13: quotas."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from scaffold.check.model.kinds import SCALED
from scaffold.check.model.objects import Autoscaler, HorizontalPodAutoscaler
from scaffold.check.model.scope import Scope
from scaffold.check.model.workloads import Container, Server
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.kubernetes.quantities import quantity
from scaffold.syntax.dockerfile import Instruction
from scaffold.syntax.yaml_nodes import Value

_UNITS = {"": 1, "b": 1, "k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}
_GO_MEMORY = re.compile(r"([0-9]{1,15})(B|[KMGT]iB)?")
_HEAPS = (
    (re.compile(r"(?:-Xmx|-XX:MaxHeapSize=)([0-9]{1,15})([kKmMgGtT]?)\b"), 0),
    (re.compile(r"--max[-_]old[-_]space[-_]size[= ]([0-9]{1,9})"), 2**20),
)
"""What sets a runtime's heap, and the unit in bytes where it is always the same."""
_PERCENT = re.compile(r"-XX:MaxRAMPercentage=([0-9]{1,3})(?:\.[0-9]{1,9})?\b")


_LIMITS = re.compile(r"-X|--max")
"""What each option of these begins with."""


class MemoryLimit(Rule[Container]):
    """A container has no memory limit.

    When it leaks, the node runs out of memory, and the kernel kills any process there.
    """

    id = "P13-memory-limit"
    severity = "warning"
    kind = "hygiene"
    looks_at = Container

    def check(self, container: Container, scope: Scope) -> Problems:
        """Set `resources.limits.memory`, and the same value or less as its request."""
        if not scope.resources.of(container, "limits", "memory"):
            yield Problem(container.at, f"{container.name} has no memory limit: a leak takes the node down")


class MissingRequest(Rule[Container]):
    """A container does not request CPU or memory.

    The scheduler counts it as zero and overloads the node. There, everything is slow or evicted, this pod first.
    """

    id = "P13-missing-request"
    severity = "warning"
    kind = "hygiene"
    looks_at = Container

    def check(self, container: Container, scope: Scope) -> Problems:
        """Set `resources.requests` for cpu and memory."""
        kinds = ("requests", "limits")
        missing = [
            name for name in ("cpu", "memory") if not any(scope.resources.of(container, kind, name) for kind in kinds)
        ]
        if missing:
            yield Problem(container.at, f"{container.name} requests no {' and no '.join(missing)}")


class TinyMemory(Rule[Container]):
    """A container may use less than a mebibyte of memory.

    `m` means thousandths: `512m` of memory is half a byte, and no container starts with it.
    """

    id = "P13-tiny-memory"
    severity = "error"
    looks_at = Container

    def check(self, container: Container, scope: Scope) -> Problems:
        """Write `Mi`, for example `512Mi`."""
        for kind in ("limits", "requests"):
            value = container.value.get("resources", kind, "memory")
            size = quantity(value.text()) if value else None
            if value and size is not None and 0 < size < 2**20:
                yield Problem(
                    value, f"{value.text()} of memory is {float(size):g} bytes; {container.name} never starts"
                )


class RequestAboveLimit(Rule[Container]):
    """A container requests more than its limit.

    The API server rejects it.
    """

    id = "P13-request-above-limit"
    severity = "error"
    looks_at = Container

    def check(self, container: Container, scope: Scope) -> Problems:
        """Set the request to the limit or less."""
        limits = container.value.get("resources", "limits")
        if not limits:
            return
        for name, asked in container.value.fields("resources", "requests").items():
            limit = limits.get(name)
            least, most = quantity(asked.text()), quantity(limit.text() if limit else None)
            if limit and least is not None and most is not None and least > most:
                message = f"{container.name} requests {asked.text()} of {name}, above its limit of {limit.text()}"
                yield Problem(asked, message, also=(limit,))


class HeapAboveLimit(Rule[Container]):
    """A runtime's heap may grow to the container's memory limit or above.

    The runtime does not know the limit: the kernel kills it in the middle of its work (OOMKilled).
    """

    id = "P13-heap-above-limit"
    severity = "error"
    looks_at = Container

    def check(self, container: Container, scope: Scope) -> Problems:
        """Leave room below the limit: about three quarters of it for the heap, or `-XX:MaxRAMPercentage=75`."""
        limit = container.value.get("resources", "limits", "memory")
        most = quantity(limit.text() if limit else None)
        if not limit or most is None:
            return
        for name, text, at in _told(container, scope):
            if shown := _too_much(name, text, most):
                place = at.place(shown) if isinstance(at, Instruction) else at
                message = f"{shown} is not below the limit of {limit.text()}: {container.name} is killed"
                yield Problem(place, message, also=(limit,))


def _told(container: Container, scope: Scope) -> Iterator[tuple[str, str, Value | Instruction]]:
    """Yield what limits the memory of a container's runtime: a variable's name or nothing, the text, its place.

    What a manifest says of a variable, the command or its arguments takes the place of what the image says.
    """
    yield from _in_pod(container)
    for name, value in _from_config_maps(container, scope):
        yield name, value.text() or "", value
    image = scope.repository.images.dockerfile_of(container)
    if image is None:
        return
    replaced = {each.text("name") for each in container.value.items("env")}
    for name, (told, instruction) in image.environment.items():
        if name not in replaced:
            yield name, told, instruction
    command, arguments = (container.value.items(name) for name in ("command", "args"))
    for name, hidden in (("ENTRYPOINT", command), ("CMD", command or arguments)):
        start = image.effective(name)
        if start and not hidden:
            yield "", " ".join(start.words or [start.value]), start


def _in_pod(container: Container) -> Iterator[tuple[str, str, Value]]:
    """Yield it of the words and the variables in the manifest, as far as a text may be one of the options."""
    for number, text in enumerate(container.word_texts):
        if "-" in text and _LIMITS.search(text):
            yield "", text, container.words[number]
    for name, text in container.variables.items():
        if name == "GOMEMLIMIT" or ("-" in text and _LIMITS.search(text)):
            yield name, text, container.variable(name)


def _from_config_maps(container: Container, scope: Scope) -> Iterator[tuple[str, Value]]:
    """Yield the variables that a container takes from whole ConfigMaps and does not set itself."""
    for source in container.value.items("envFrom"):
        config_map = scope.named.config_map(container.workload.namespace, source.text("configMapRef", "name") or "")
        for name, value in (config_map.value.fields("data") if config_map else {}).items():
            if name not in container.variables:
                yield name, value


def _too_much(name: str, text: str, most: Fraction | int) -> str:
    """Return the option or variable by which a runtime takes `most` bytes or more, or nothing."""
    for pattern, unit in _HEAPS:
        found = pattern.search(text)
        if found and int(found[1]) * (unit or _UNITS[found[2].lower()]) >= most:
            return found[0]
    if (percent := _PERCENT.search(text)) and int(percent[1]) >= 100:
        return percent[0]
    go = _GO_MEMORY.fullmatch(text) if name == "GOMEMLIMIT" else None
    return name if go and int(go[1]) * _UNITS[(go[2] or "B")[0].lower()] >= most else ""


class AutoscalerTarget(Rule[Autoscaler]):
    """An autoscaler scales a workload that does not exist.

    It does nothing, and reports that only in its own events.
    """

    id = "P13-autoscaler-target"
    severity = "error"
    looks_at = Autoscaler

    def check(self, autoscaler: Autoscaler, scope: Scope) -> Problems:
        """Set scaleTargetRef to the workload's exact kind and name."""
        kind, name = autoscaler.target
        if kind not in SCALED or scope.server_of(autoscaler):
            return
        if not scope.name and (autoscaler.namespace, kind, name) in scope.repository.plain_servers:
            return  # alternatives may share an autoscaler
        here = [each for each in scope.workloads_in(autoscaler.namespace) if isinstance(each, Server)]
        if any(kind == each.kind or name == each.name for each in here):  # else another chart may bring it
            target = autoscaler.value.get("spec", "scaleTargetRef", "name") or autoscaler.at
            yield Problem(target, f"there is no {kind} {name} to scale")


class AutoscalerRequest(Rule[HorizontalPodAutoscaler]):
    """An autoscaler uses the utilization of a resource that the pods do not request.

    Utilization is a share of the request. Without a request it can't be computed, and the autoscaler never scales.
    """

    id = "P13-autoscaler-request"
    severity = "error"
    looks_at = HorizontalPodAutoscaler

    def check(self, autoscaler: HorizontalPodAutoscaler, scope: Scope) -> Problems:
        """Set `resources.requests` of that resource in every container."""
        workload = scope.server_of(autoscaler)
        if workload is None:
            return
        if target := autoscaler.value.get("spec", "targetCPUUtilizationPercentage"):  # of autoscaling/v1
            for container in workload.containers:
                if not _asks_for(container, "cpu", scope):
                    message = f"{container.name} requests no cpu, so the autoscaler never scales"
                    yield Problem(target, message, also=(container.at,))
        for metric in autoscaler.value.items("spec", "metrics"):
            source = metric.get("resource") or metric.get("containerResource")
            name = source.text("name") if source else None
            if not source or not name or source.text("target", "type") != "Utilization":
                continue
            only = source.text("container")  # of a ContainerResource
            for container in workload.containers:
                if only not in (None, container.name) or _asks_for(container, name, scope):
                    continue
                message = f"{container.name} requests no {name}, so the autoscaler never scales"
                yield Problem(source.get("name") or metric, message, also=(container.at,))


def _asks_for(container: Container, resource: str, scope: Scope) -> bool:
    """Return whether a container requests a resource; a limit without a request is one."""
    return any(scope.resources.of(container, kind, resource) for kind in ("requests", "limits"))


class TwoAutoscalers(Rule[Autoscaler]):
    """Two autoscalers scale one workload.

    Each sets its own number of pods again and again, so pods come and go without end.
    """

    id = "P13-two-autoscalers"
    severity = "error"
    looks_at = Autoscaler

    def check(self, autoscaler: Autoscaler, scope: Scope) -> Problems:
        """Keep one, with all metrics in it."""
        first = scope.first_autoscaler_of(autoscaler)
        if first is not autoscaler:
            target = autoscaler.value.get("spec", "scaleTargetRef", "name") or autoscaler.at
            message = f"{first.name} and {autoscaler.name} both scale {autoscaler.target[1]}"
            yield Problem(target, message, also=(first.at,))


class AutoscalerFixed(Rule[HorizontalPodAutoscaler]):
    """An autoscaler can't scale: minReplicas is not below maxReplicas.

    The number of pods is fixed, whatever the load.
    """

    id = "P13-autoscaler-fixed"
    severity = "warning"
    looks_at = HorizontalPodAutoscaler

    def check(self, autoscaler: HorizontalPodAutoscaler, scope: Scope) -> Problems:
        """Set maxReplicas to what the cluster and the dependencies can bear, or remove the autoscaler."""
        least, most = autoscaler.value.get("spec", "minReplicas"), autoscaler.value.get("spec", "maxReplicas")
        low, high = (least.number() if least else 1), (most.number() if most else None)
        if most and low is not None and high is not None and low >= high:
            yield Problem(most, f"the autoscaler can't scale from {low} to {high} pods", also=(least,) if least else ())
