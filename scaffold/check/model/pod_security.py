"""What the Pod Security Standards forbid in a pod, check by check as the admission of Kubernetes 1.37 judges it.

A check has the name that it has there: https://kubernetes.io/docs/concepts/security/pod-security-standards/ and
`policy/check_*.go` of the Go module k8s.io/pod-security-admission, whose own test data the tests hold this to.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from scaffold.check.model.workloads import Container, Workload
from scaffold.syntax.lazy import cached_property
from scaffold.syntax.yaml_nodes import Value

Level = Literal["baseline", "restricted"]

_CAPABILITIES = frozenset(
    [
        "AUDIT_WRITE",
        "CHOWN",
        "DAC_OVERRIDE",
        "FOWNER",
        "FSETID",
        "KILL",
        "MKNOD",
        "NET_BIND_SERVICE",
        "SETFCAP",
        "SETGID",
        "SETPCAP",
        "SETUID",
        "SYS_CHROOT",
    ]
)
_SYSCTLS = frozenset(
    [
        "kernel.shm_rmid_forced",
        "net.ipv4.ip_local_port_range",
        "net.ipv4.ip_local_reserved_ports",
        "net.ipv4.ip_unprivileged_port_start",
        "net.ipv4.ping_group_range",
        "net.ipv4.tcp_fin_timeout",
        "net.ipv4.tcp_keepalive_intvl",
        "net.ipv4.tcp_keepalive_probes",
        "net.ipv4.tcp_keepalive_time",
        "net.ipv4.tcp_notsent_lowat",
        "net.ipv4.tcp_rmem",
        "net.ipv4.tcp_slow_start_after_idle",
        "net.ipv4.tcp_syncookies",
        "net.ipv4.tcp_wmem",
    ]
)
_SELINUX_TYPES = ("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t")
_PROFILES = ("RuntimeDefault", "Localhost")
_APPARMOR = "container.apparmor.security.beta.kubernetes.io/"
_VOLUMES = frozenset(
    [
        "awsElasticBlockStore",
        "azureDisk",
        "azureFile",
        "cephfs",
        "cinder",
        "fc",
        "flexVolume",
        "flocker",
        "gcePersistentDisk",
        "gitRepo",
        "glusterfs",
        "iscsi",
        "nfs",
        "photonPersistentDisk",
        "portworxVolume",
        "quobyte",
        "rbd",
        "scaleIO",
        "storageos",
        "vsphereVolume",
    ]
)


@dataclass(frozen=True)
class Violation:
    """What one check forbids: where it stands, what it is, and the container where it is not the whole pod's.

    `text` is what a container misses at the level `restricted`, and what is there at `baseline`.
    """

    check: str
    level: Level
    at: Value
    text: str
    container: Container | None = None


class PodSecurity:
    """A workload's pods as the Pod Security Standards see them."""

    def __init__(self, workload: Workload) -> None:
        """Take the workload; one whose pods' spec is not written as such (Argo's Workflow) has only containers."""
        self.workload = workload
        self.pod = workload.pod
        self.containers = [*workload.all_containers, *workload.ephemeral_containers]

    @cached_property
    def baseline(self) -> list[Violation]:
        """Return what the level `baseline` forbids: known ways to the node."""
        found = [*self._host_namespaces(), *self._host_paths(), *self._sysctls(), *self._app_armor_annotations()]
        if context := self.workload.security:
            found += _unconfined(context, None)
            found += _host_process(context, None)
        for each in self.containers:
            found += _host_ports(each)
            found += _host_probes(each)
            if context := each.security:
                found += self._of_context(context, each)
        return found

    @cached_property
    def broken(self) -> frozenset[str]:
        """Return the checks of the level `baseline` that find something."""
        return frozenset(each.check for each in self.baseline)

    @cached_property
    def restricted(self) -> list[Violation]:
        """Return what the level `restricted` forbids beside that: what a program seldom needs."""
        if self.pod is None:
            return []
        found = [*self._volumes(), *self._root_of_pod()]
        for each in self.containers:
            found += self._root(each)
            if not self.workload.is_windows:
                found += _escalation(each)
                found += _capabilities_kept(each)
                found += self._seccomp_missing(each)
            if self.in_user_namespace and (value := _unmasked(each)):
                found.append(Violation("procMount_restricted", "restricted", value, "procMount: Default", each))
        return found

    @cached_property
    def in_user_namespace(self) -> bool:
        """Return whether root in its pods is another user on the node (`hostUsers: false`)."""
        return self.pod is not None and _is_false(self.pod.get("hostUsers"))

    # --- baseline ---------------------------------------------------------------------------------------------------

    def _host_namespaces(self) -> Iterator[Violation]:
        for key in ("hostNetwork", "hostPID", "hostIPC"):
            if self.pod and self.pod.is_true(key) and (at := self.pod.get(key)):
                yield Violation("hostNamespaces", "baseline", at, f"{key}: true")

    def _host_paths(self) -> Iterator[Violation]:
        for volume in self.pod.items("volumes") if self.pod else ():
            if path := volume.get("hostPath"):
                at = path.get("path") or path
                yield Violation("hostPathVolumes", "baseline", at, f"hostPath {path.text('path') or ''}".rstrip())

    def _sysctls(self) -> Iterator[Violation]:
        for each in self.pod.items("securityContext", "sysctls") if self.pod else ():
            name = each.get("name")
            if name and name.text() not in _SYSCTLS:
                yield Violation("sysctls", "baseline", name, f"the sysctl {name.text()}")

    def _app_armor_annotations(self) -> Iterator[Violation]:
        template = self.workload.template
        for key, value in template.fields("metadata", "annotations").items() if template else ():
            text = value.text() or ""
            if key.startswith(_APPARMOR) and text and text != "runtime/default" and not text.startswith("localhost/"):
                yield Violation("appArmorProfile", "baseline", value, f"AppArmor's profile {text}")

    def _of_context(self, context: Value, each: Container) -> Iterator[Violation]:
        if context.is_true("privileged") and (at := context.get("privileged")):
            yield Violation("privileged", "baseline", at, "privileged: true", each)
        for capability in context.items("capabilities", "add"):
            if capability.text() not in _CAPABILITIES:
                yield Violation("capabilities_baseline", "baseline", capability, capability.text() or "", each)
        if (value := _unmasked(each)) and not self.in_user_namespace:
            yield Violation("procMount", "baseline", value, f"procMount: {value.text()}", each)
        yield from _unconfined(context, each)
        yield from _host_process(context, each)

    # --- restricted -------------------------------------------------------------------------------------------------

    def _volumes(self) -> Iterator[Violation]:
        for volume in self.pod.items("volumes") if self.pod else ():
            kind = next((key for key in volume.fields() if key in _VOLUMES and volume.get(key)), None)
            if kind:
                at = volume.key_of(kind) or volume
                yield Violation("restrictedVolumes", "restricted", at, kind)

    def _root_of_pod(self) -> Iterator[Violation]:
        context = self.workload.security
        if not context or self.in_user_namespace:
            return
        if (user := context.get("runAsUser")) and user.number() == 0:
            yield Violation("runAsUser", "restricted", user, "runAsUser: 0")
        if (non_root := context.get("runAsNonRoot")) and _is_false(non_root):
            yield Violation("runAsNonRoot", "restricted", non_root, "runAsNonRoot: false")

    def _root(self, each: Container) -> Iterator[Violation]:
        """Yield what lets a container be root; what the pod sets for all is reported there."""
        if self.in_user_namespace:
            return
        context, of_pod = each.security, self.workload.security
        if (user := context and context.get("runAsUser")) and user.number() == 0:
            yield Violation("runAsUser", "restricted", user, "a runAsUser above 0", each)
        non_root = context and context.get("runAsNonRoot")
        if _is_false(non_root) or not (non_root or (of_pod and of_pod.get("runAsNonRoot"))):
            yield Violation("runAsNonRoot", "restricted", non_root or each.at, "runAsNonRoot: true", each)

    def _seccomp_missing(self, each: Container) -> Iterator[Violation]:
        if not each.setting("seccompProfile"):
            yield Violation("seccompProfile_restricted", "restricted", each.at, "a seccompProfile", each)


def _is_false(value: Value | None) -> bool:
    return value is not None and value.text() in ("false", "False", "FALSE")


def _unconfined(context: Value, each: Container | None) -> Iterator[Violation]:
    """Yield the profiles that a security context takes off, and SELinux options of its own."""
    for key, check in (("seccompProfile", "seccompProfile_baseline"), ("appArmorProfile", "appArmorProfile")):
        profile = context.get(key)
        if profile and profile.text("type") not in _PROFILES:
            yield Violation(check, "baseline", profile.get("type") or profile, f"{key}: {profile.text('type')}", each)
    options = context.get("seLinuxOptions")
    for key in ("type", "user", "role") if options else ():
        value = options.get(key) if options else None
        text = (value.text() if value else None) or ""
        if value and (text not in _SELINUX_TYPES if key == "type" else text):
            yield Violation("seLinuxOptions", "baseline", value, f"SELinux's {key} {text}", each)


def _host_process(context: Value, each: Container | None) -> Iterator[Violation]:
    at = context.get("windowsOptions", "hostProcess")
    if at and at.is_true():
        yield Violation("windowsHostProcess", "baseline", at, "hostProcess: true", each)


def _host_ports(each: Container) -> Iterator[Violation]:
    for port in each.ports:
        at = port.get("hostPort")
        if at and at.number():
            yield Violation("hostPorts", "baseline", at, f"hostPort: {at.text()}", each)


def _host_probes(each: Container) -> Iterator[Violation]:
    """Yield the hosts that a probe or a hook asks in place of its own pod (forbidden since 1.34)."""
    handlers = [probe.value for probe in each.probes]
    if hooks := each.value.get("lifecycle"):
        handlers += filter(None, (hooks.get("postStart"), hooks.get("preStop")))
    for handler in handlers:
        for kind in ("httpGet", "tcpSocket"):
            at = handler.get(kind, "host")
            if at and at.text():
                yield Violation("hostProbesAndHostLifecycle", "baseline", at, f"host: {at.text()}", each)


def _unmasked(each: Container) -> Value | None:
    value = each.value.get("securityContext", "procMount")
    return value if value and value.text() != "Default" else None


def _escalation(each: Container) -> Iterator[Violation]:
    value = each.value.get("securityContext", "allowPrivilegeEscalation")
    if value is None or value.is_true():
        text = "allowPrivilegeEscalation: false"
        yield Violation("allowPrivilegeEscalation", "restricted", value or each.at, text, each)


def _capabilities_kept(each: Container) -> Iterator[Violation]:
    capabilities = each.value.get("securityContext", "capabilities")
    if not capabilities or all(name.text() != "ALL" for name in capabilities.items("drop")):
        at = (capabilities and capabilities.get("drop")) or each.at
        yield Violation("capabilities_restricted", "restricted", at, "capabilities.drop: [ALL]", each)
    for name in capabilities.items("add") if capabilities else ():
        if name.text() in _CAPABILITIES - {"NET_BIND_SERVICE"}:
            text = f"no {name.text()} in capabilities.add"
            yield Violation("capabilities_restricted", "restricted", name, text, each)
