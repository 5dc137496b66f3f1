"""Which rights a workload's service account has, by the roles that are bound to it (RBAC)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from scaffold.check.model.objects import KubernetesObject
from scaffold.check.model.workloads import Workload
from scaffold.syntax.yaml_nodes import Value

_GROUP = "rbac.authorization.k8s.io"
_MOST = 20  # bindings of one account, and rules of one role, that are looked at
_ALL_ACCOUNTS = "system:serviceaccounts"


@dataclass(frozen=True)
class Grant:
    """A role that is bound to an account: `role` is None where it is not deployed with it, as Kubernetes' own are."""

    binding: KubernetesObject
    role: KubernetesObject | None

    @property
    def name(self) -> str:
        """Return the role's name."""
        return self.binding.value.text("roleRef", "name") or ""

    @property
    def in_all_namespaces(self) -> bool:
        """Return whether it counts in all namespaces."""
        return self.binding.kind == "ClusterRoleBinding"

    @property
    def rules(self) -> list[Value]:
        """Return the role's rules."""
        return self.role.value.items("rules")[:_MOST] if self.role else []


class Rights:
    """The accounts, roles and bindings among some objects."""

    def __init__(self, objects: Iterable[KubernetesObject]) -> None:
        """Take the objects that are deployed together."""
        self._accounts: dict[str, list[KubernetesObject]] = {}
        self._roles: dict[tuple[str, str], list[KubernetesObject]] = {}
        self._bindings: dict[tuple[str, str], list[KubernetesObject]] = {}
        self._grants: dict[tuple[str, str], list[Grant]] = {}
        for each in objects:
            if each.kind == "ServiceAccount":
                self._accounts.setdefault(each.name, []).append(each)
            elif (each.value.text("apiVersion") or "").partition("/")[0] == _GROUP:
                self._add(each)

    def _add(self, each: KubernetesObject) -> None:
        if each.kind in ("Role", "ClusterRole"):
            self._roles.setdefault((each.kind, each.name), []).append(each)
        elif each.kind in ("RoleBinding", "ClusterRoleBinding"):
            subjects = {(one.text("kind") or "", one.text("name") or "") for one in each.value.items("subjects")}
            for subject in subjects:
                its = self._bindings.setdefault(subject, [])
                if len(its) < _MOST:
                    its.append(each)

    def account(self, workload: Workload) -> KubernetesObject | None:
        """Return the ServiceAccount of a workload's pods, if it is deployed with them."""
        found = self._accounts.get(account_name(workload), ())
        return next((each for each in found if _same(each.namespace, workload.namespace)), None)

    def of(self, workload: Workload) -> list[Grant]:
        """Return the roles that are bound to a workload's account by its name."""
        key = (account_name(workload), workload.namespace)
        if key not in self._grants:
            bindings = self._bindings.get(("ServiceAccount", key[0]), ())
            self._grants[key] = [Grant(each, self._role(each)) for each in bindings if _binds(each, *key)]
        return self._grants[key]

    def any_for_group(self) -> bool:
        """Return whether a role is bound to all service accounts of the cluster or of a namespace."""
        return any(kind == "Group" and name.startswith(_ALL_ACCOUNTS) for kind, name in self._bindings)

    def _role(self, binding: KubernetesObject) -> KubernetesObject | None:
        kind, name = binding.value.text("roleRef", "kind") or "", binding.value.text("roleRef", "name") or ""
        same = (each for each in self._roles.get((kind, name), ()) if kind == "ClusterRole" or _fits(each, binding))
        return next(same, None)


def account_name(workload: Workload) -> str:
    """Return the name of the account that a workload's pods run as."""
    pod = workload.pod
    return (pod and (pod.text("serviceAccountName") or pod.text("serviceAccount"))) or "default"


def _binds(binding: KubernetesObject, name: str, namespace: str) -> bool:
    return any(
        _same(each.text("namespace") or binding.namespace, namespace)
        for each in _accounts_in(binding)
        if each.text("name") == name
    )


def _accounts_in(binding: KubernetesObject) -> Iterator[Value]:
    return (each for each in binding.value.items("subjects")[:_MOST] if each.text("kind") == "ServiceAccount")


def _fits(role: KubernetesObject, binding: KubernetesObject) -> bool:
    return _same(role.namespace, binding.namespace)


def _same(one: str, other: str) -> bool:
    """Return whether two namespaces may be the same: an empty one is whatever the deployment says."""
    return one == other or not one or not other
