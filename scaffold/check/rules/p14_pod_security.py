"""P14: least privilege, of the pods: Kubernetes' Pod Security Standards."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scaffold.check.model.placeholders import is_put_in_later
from scaffold.check.model.pod_security import PodSecurity, Violation
from scaffold.check.model.scope import Scope
from scaffold.check.model.users import image_user, is_refused
from scaffold.check.model.workloads import Container, DaemonSet, Workload
from scaffold.check.rules.rule import Problem, Problems, Rule

_ENFORCE = "pod-security.kubernetes.io/enforce"
_NAMED = 5  # of what an agent of the node has, so many are named
_FIRST = ("privileged", "windowsHostProcess", "hostNamespaces", "hostPorts", "hostPathVolumes", "capabilities_baseline")


def is_agent(workload: Workload) -> bool:
    """Return whether a workload looks after the node, and so needs more of it than a service: networks, disks, logs."""
    critical = workload.pod is not None and workload.pod.text("priorityClassName") == "system-node-critical"
    return isinstance(workload, DaemonSet) or workload.namespace == "kube-system" or critical


def _security(workload: Workload, _: Scope) -> PodSecurity:
    """Return a workload's pods as the standards see them."""
    return PodSecurity(workload)


def _found(workload: Workload, scope: Scope, *checks: str) -> Sequence[Violation]:
    """Return what checks of the level `baseline` find in the pods of a service."""
    security = scope.once(_security, workload)
    if security.broken.isdisjoint(checks) or is_agent(workload):
        return ()
    return [each for each in security.baseline if each.check in checks]


def _who(violation: Violation, workload: Workload) -> str:
    return violation.container.name if violation.container else workload.name


class RefusedByNamespace(Rule[Workload]):
    """A namespace enforces a Pod Security Standard that a workload's pods violate.

    The API server rejects each pod, but accepts the workload. Only its events show why, and `kubectl rollout status`
    waits until it gives up.
    """

    id = "P14-refused-by-namespace"
    severity = "error"
    looks_at = Workload

    def check(self, workload: Workload, scope: Scope) -> Problems:
        """Change the pods as the level requires, or move them to a namespace that does not enforce it."""
        name = workload.namespace
        namespace = None if is_put_in_later(name) else scope.named.namespaces.get(name)
        level = namespace.value.get("metadata", "labels", _ENFORCE) if namespace else None
        if level is None or level.text() not in ("baseline", "restricted"):
            return
        security = scope.once(_security, workload)
        found = [*security.baseline, *(security.restricted if level.text() == "restricted" else ())]
        if found:
            what = ", ".join(dict.fromkeys(each.check for each in found))
            message = f"the namespace {workload.namespace} rejects the pods of {workload.name} ({level.text()}): {what}"
            yield Problem(found[0].at, message, also=(level,))


class Privileged(Rule[Workload]):
    """A container is privileged.

    It has every capability and every device of its node. Root in it is root on the node, and can read the secrets of
    all pods there. The profile `baseline` of Pod Security rejects it.
    """

    id = "P14-privileged"
    severity = "warning"
    looks_at = Workload

    def check(self, workload: Workload, scope: Scope) -> Problems:
        """Remove `privileged` (`hostProcess` on Windows), and add the one capability that the program needs, if any."""
        for each in _found(workload, scope, "privileged", "windowsHostProcess"):
            context = each.container.value.get("securityContext") if each.container else None
            kept = context.get("allowPrivilegeEscalation") if context else None
            contradicts = kept is not None and each.check == "privileged" and not kept.is_true()
            more = (
                ", and the API server rejects it together with allowPrivilegeEscalation: false" if contradicts else ""
            )
            message = f"{_who(each, workload)} has all rights of root on its node{more}"
            yield Problem(each.at, message, (kept,) if contradicts and kept else ())


class HostNamespace(Rule[Workload]):
    """A pod shares the network, the processes or the IPC of its node, or uses a port of it.

    It sees the traffic of others, and the secrets in their processes. No NetworkPolicy applies to it. The profile
    `baseline` of Pod Security rejects it.
    """

    id = "P14-host-namespace"
    severity = "warning"
    looks_at = Workload

    def check(self, workload: Workload, scope: Scope) -> Problems:
        """Remove it, and open a port by a Service."""
        for each in _found(workload, scope, "hostNamespaces", "hostPorts"):
            what = "uses a port of its node" if each.check == "hostPorts" else "shares a namespace with its node"
            yield Problem(each.at, f"{_who(each, workload)} {what} ({each.text})")


class HostPath(Rule[Workload]):
    """A pod mounts a path of its node.

    Its content depends on the node. The pod can fill the node's disk and change other programs' files. Even read-only,
    a path may hold the node's keys or the socket of its container runtime. The profile `baseline` of Pod Security
    rejects it.
    """

    id = "P14-host-path"
    former_id = "P06-host-path"
    severity = "warning"
    looks_at = Workload

    def check(self, workload: Workload, scope: Scope) -> Problems:
        """Use a PersistentVolumeClaim for data that stays, and an emptyDir for temporary data."""
        for each in _found(workload, scope, "hostPathVolumes"):
            yield Problem(each.at, f"{workload.name} uses the disk of whatever node it runs on")


class AddedCapability(Rule[Workload]):
    """A container adds a capability by which it can leave the container.

    `SYS_ADMIN`, `NET_ADMIN`, `SYS_PTRACE` and similar ones are rights over the node. The profile `baseline` of Pod
    Security rejects all except those that a container has by default.
    """

    id = "P14-capability"
    severity = "warning"
    looks_at = Workload

    def check(self, workload: Workload, scope: Scope) -> Problems:
        """Remove it from `capabilities.add`."""
        for each in _found(workload, scope, "capabilities_baseline"):
            yield Problem(each.at, f"{_who(each, workload)} adds {each.text}, which is a right over its node")


class Unconfined(Rule[Workload]):
    """A pod disables or changes the kernel's protection.

    Seccomp, AppArmor, SELinux, the masks over /proc and the list of safe sysctls protect the node when the program has
    a hole. The profile `baseline` of Pod Security rejects a pod without them.
    """

    id = "P14-unconfined"
    severity = "warning"
    looks_at = Workload

    def check(self, workload: Workload, scope: Scope) -> Problems:
        """Remove it, or set `RuntimeDefault`."""
        checks = ("seccompProfile_baseline", "appArmorProfile", "seLinuxOptions", "procMount", "sysctls")
        for each in _found(workload, scope, *checks):
            yield Problem(each.at, f"{_who(each, workload)} sets {each.text}, which Pod Security forbids")


class ProbeHost(Rule[Workload]):
    """A probe or a hook calls another host than its own pod.

    The kubelet makes the call, from the node's network. Whoever may create a pod can reach what only nodes may. The
    profile `baseline` of Pod Security rejects it since Kubernetes 1.34.
    """

    id = "P14-probe-host"
    severity = "warning"
    looks_at = Workload

    def check(self, workload: Workload, scope: Scope) -> Problems:
        """Remove `host`: the default is the pod's own address. For a virtual host, set the header `Host`."""
        for each in _found(workload, scope, "hostProbesAndHostLifecycle"):
            yield Problem(each.at, f"the kubelet calls {each.at.text()} instead of {_who(each, workload)}")


class NodeAgent(Rule[Workload]):
    """An agent of the node has rights over the node.

    Networks, storage and log collectors (a DaemonSet, or a workload in kube-system) may well need them. Whoever breaks
    into one has each node.
    """

    id = "P14-node-agent"
    severity = "warning"
    looks_at = Workload

    def check(self, workload: Workload, scope: Scope) -> Problems:
        """Keep only what the agent needs, mount paths with `readOnly: true`, and explain it in a comment."""
        found = scope.once(_security, workload).baseline if is_agent(workload) else ()
        if not found:
            return
        first = sorted(found, key=lambda each: _FIRST.index(each.check) if each.check in _FIRST else len(_FIRST))
        texts = list(dict.fromkeys(each.text for each in first))
        more = f" and {len(texts) - _NAMED} more" if len(texts) > _NAMED else ""
        message = f"{workload.name} has {', '.join(texts[:_NAMED])}{more}: as an agent of the node it may need this"
        yield Problem(first[0].at, message)


class Restricted(Rule[Workload]):
    """A container keeps rights that a program seldom needs.

    An intruder gets all rights of the program: root, capabilities, setuid programs, all system calls. The profile
    `restricted` of Pod Security rejects a pod that keeps any.
    """

    id = "P14-restricted"
    severity = "warning"
    kind = "hygiene"
    looks_at = Workload

    def check(self, workload: Workload, scope: Scope) -> Problems:
        """Set what is missing in the container's `securityContext`, or in the pod's for all its containers."""
        of_container: dict[str, list[Violation]] = {}
        security = scope.once(_security, workload)
        for each in security.restricted:
            if each.container is not None:
                of_container.setdefault(each.container.name, []).append(each)
            elif each.check != "restrictedVolumes" and not is_refused(security.containers, scope):
                yield Problem(each.at, f"{each.text} lets every container of {workload.name} be root")
        privileged = {
            each.container.name for each in security.baseline if each.check == "privileged" and each.container
        }
        for name, missing in of_container.items():
            if name not in privileged and (found := _missing(missing, scope)):
                yield found


def _missing(violations: Iterable[Violation], scope: Scope) -> Problem | None:
    """Return all that one container misses as one problem."""
    left = [each for each in violations if not (each.check == "runAsUser" and _refused(each.container, scope))]
    if not left or not (container := left[0].container):
        return None
    texts = list(dict.fromkeys(each.text for each in left))
    message = f"{container.name} keeps rights; the profile restricted requires {', '.join(texts)}"
    root = image_user(container, scope) if any(each.check == "runAsNonRoot" for each in left) else None
    if root and root.is_root:
        return Problem(container.at, f"{message}. Its image runs as root", (root.at,))
    return Problem(container.at, message)


def _refused(container: Container | None, scope: Scope) -> bool:
    return container is not None and is_refused([container], scope)


class VolumeType(Rule[Workload]):
    """A pod mounts a network disk directly.

    Whoever may create a pod can then mount any share of any server. The profile `restricted` of Pod Security rejects
    it.
    """

    id = "P14-volume-type"
    severity = "warning"
    looks_at = Workload

    def check(self, workload: Workload, scope: Scope) -> Problems:
        """Make it a PersistentVolume, and mount its PersistentVolumeClaim."""
        for each in scope.once(_security, workload).restricted:
            if each.check == "restrictedVolumes":
                yield Problem(
                    each.at, f"{workload.name} mounts {each.text} directly instead of by a PersistentVolumeClaim"
                )
