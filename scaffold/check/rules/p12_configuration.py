"""P12: configuration outside the image."""

from __future__ import annotations

import re
from collections.abc import Iterator

from scaffold.check.model.objects import ConfigMap
from scaffold.check.model.placeholders import is_put_in_later
from scaffold.check.model.provided import Kind
from scaffold.check.model.scope import Scope
from scaffold.check.model.workloads import Container, Server, Workload
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.syntax.yaml_nodes import Value

_MADE_BY_THE_CLUSTER = frozenset({"kube-root-ca.crt", "openshift-service-ca.crt", "istio-ca-root-cert"})
_ROLLS = re.compile(  # a checksum, what a chart generates each time, or an annotation that a controller looks at
    r"checksum|hash|rollme|timestamp|(?:deployed|restarted)[-_]?at|reloader\.stakater\.com/|wave\.pusher\.com/",
    re.IGNORECASE,
)
_HASHED = re.compile(r"-[a-z0-9]{10}$")


class VariableTwice(Rule[Container]):
    """A variable is set twice in the environment of a container.

    The last value is used; whoever reads the first one is misled.
    """

    id = "P12-variable-twice"
    severity = "warning"
    looks_at = Container

    def check(self, container: Container, scope: Scope) -> Problems:
        """Keep one of them."""
        first: dict[str, Value] = {}
        for each in container.value.items("env"):
            text = each.text("name")
            if not text or first.setdefault(text, each) is each:
                continue
            name, before = each.get("name") or each, first[text].get("name") or first[text]
            yield Problem(name, f"{text} is set twice in {container.name}; this value is used", also=(before,))


class ConfigMissing(Rule[Workload]):
    """A workload takes its configuration from a ConfigMap that is not deployed with it.

    Its pods stay in CreateContainerConfigError until somebody creates the ConfigMap.
    """

    id = "P12-config-missing"
    severity = "warning"
    looks_at = Workload

    def check(self, workload: Workload, scope: Scope) -> Problems:
        """Deploy the ConfigMap with the workload, or correct its name."""
        known = scope.named.config_maps
        if not known:  # they may all come from elsewhere
            return
        for key, found in _keys(workload, scope):
            yield Problem(key, f"the ConfigMap {found.name} has no key {key.text()}", also=(found.at,))
        for name, _ in workload.config_maps:
            if not name.text():
                continue
            others = (each.named.config_maps for each in scope.elsewhere(workload))
            if name.text() in _MADE_BY_THE_CLUSTER or any(name.text() in maps for maps in (known, *others)):
                continue
            yield Problem(name, f"no ConfigMap {name.text()} is deployed with {workload.name}")


def _keys(workload: Workload, scope: Scope) -> Iterator[tuple[Value, ConfigMap]]:
    """Yield the keys that a workload takes from ConfigMaps which stand there without them."""
    for container in workload.all_containers:
        for each in container.value.items("env"):
            reference = each.get("valueFrom", "configMapKeyRef")
            if not reference or reference.is_true("optional"):
                continue
            key, found = reference.get("key"), scope.named.config_map(workload.namespace, reference.text("name") or "")
            if not key or not found:
                continue
            held = found.value.fields("data") | found.value.fields("binaryData")
            if held and key.text() and key.text() not in held:
                yield key, found


class MissingInNamespace(Rule[Workload]):
    """A workload uses a ConfigMap or a Secret that is deployed into another namespace.

    Pods can only use those of their own namespace. These pods stay in CreateContainerConfigError or wait for a volume.
    """

    id = "P12-missing-in-namespace"
    severity = "error"
    looks_at = Workload

    def check(self, workload: Workload, scope: Scope) -> Problems:
        """Deploy it into the workload's namespace as well, or give both the same namespace."""
        needed: tuple[tuple[Kind, list[tuple[Value, bool]]], ...] = (
            ("ConfigMap", workload.config_maps),
            ("Secret", workload.secrets),
        )
        for kind, names in needed:
            for name, _ in names:
                text = name.text() or ""
                if text in _MADE_BY_THE_CLUSTER or not (found := scope.in_other_namespace(workload, kind, text)):
                    continue
                message = (
                    f"namespace {workload.namespace} of {workload.name} has no {kind} {text}; "
                    f"it is in namespace {found.namespace}"
                )
                yield Problem(name, message, also=(found.at,))


class VolumeMissing(Rule[Workload]):
    """A container mounts a volume that its pod does not have.

    The API server rejects the pod.
    """

    id = "P12-volume-missing"
    severity = "error"
    looks_at = Workload

    def check(self, workload: Workload, scope: Scope) -> Problems:
        """Name one of the pod's `volumes`, or of the StatefulSet's volumeClaimTemplates."""
        known = workload.volume_names
        for container in workload.all_containers if known is not None else ():
            for mount in container.value.items("volumeMounts"):
                text = mount.text("name")
                if text and text not in (known or ()) and not is_put_in_later(text):
                    yield Problem(mount.get("name") or mount, f"{workload.name} has no volume {text}")


class ConfigNotRolled(Rule[Workload]):
    """A changed ConfigMap does not reach the pods.

    Its name stays the same when its content changes, and containers read variables only at their start. After a
    deployment, old pods keep the old values; restarted pods take the new ones.
    """

    id = "P12-config-not-rolled"
    severity = "warning"
    looks_at = Workload

    def check(self, workload: Workload, scope: Scope) -> Problems:
        """Let kustomize's configMapGenerator add a hash to the name, or annotate the pods with a checksum."""
        keys = [*workload.annotations, *workload.pod_annotations]
        if not isinstance(workload, Server) or any(_ROLLS.search(key) for key in keys):
            return
        fixed = _mounted_by_sub_path(workload)
        for name, variable in workload.config_maps:
            found = scope.named.config_map(workload.namespace, name.text() or "")
            if not found or not (variable or name.text() in fixed):
                continue
            if not _HASHED.search(found.name) and not found.value.is_true("immutable"):
                message = f"a change of {found.name} does not restart the pods of {workload.name}"
                yield Problem(name, message, also=(found.at,))


def _mounted_by_sub_path(workload: Workload) -> set[str | None]:
    """Return the ConfigMaps whose files a container gets once, at its start: those that are mounted by `subPath`."""
    mounts = [mount for each in workload.all_containers for mount in each.value.items("volumeMounts")]
    volumes = {mount.text("name") for mount in mounts if mount.get("subPath")}
    found = workload.pod.items("volumes") if workload.pod else ()
    return {each.text("configMap", "name") for each in found if each.text("name") in volumes}
