"""P14: least privilege, of what a workload may ask the Kubernetes API."""

from __future__ import annotations

from collections.abc import Iterator

from scaffold.check.model.rights import Grant, account_name
from scaffold.check.model.scope import Scope
from scaffold.check.model.workloads import Workload
from scaffold.check.rules.p14_pod_security import is_agent
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.syntax.yaml_nodes import Value

_OWN_GROUPS = frozenset({"*", "", "apps", "batch", "extensions", "policy", "rbac.authorization.k8s.io"})
"""The groups of Kubernetes' own API that all of may not be had; all of one's own custom resources may."""
_USES_TOKEN = frozenset({"vault.hashicorp.com/agent-inject", "vault.security.banzaicloud.io/vault-addr"})
"""Annotations of injectors whose containers log in by the pod's token."""
_RUNS_CODE = frozenset({"pods/exec", "pods/attach", "pods/ephemeralcontainers", "nodes/proxy", "serviceaccounts/token"})
_GIVES_RIGHTS = frozenset({"escalate", "bind", "impersonate"})
_READS = frozenset({"*", "get", "list", "watch"})
_WRITES = frozenset({"*", "create", "get", "patch", "update"})


class UnusedToken(Rule[Workload]):
    """A pod has a token for the Kubernetes API, and no role is bound to its account.

    The token is a file in each container, and the program does not use it. An intruder can learn from the API who the
    service is, which other programs run here, and what everybody may do.
    """

    id = "P14-unused-token"
    severity = "warning"
    kind = "hygiene"
    looks_at = Workload

    def check(self, workload: Workload, scope: Scope) -> Problems:
        """Set `automountServiceAccountToken: false` in the pod's spec, or in its ServiceAccount."""
        pod = workload.pod
        if not pod or pod.get("automountServiceAccountToken") or is_agent(workload) or workload.is_windows:
            return
        account = scope.rights.account(workload)
        if account is None and account_name(workload) != "default":
            return  # it is made elsewhere, and so may its rights be
        if account and account.value.get("automountServiceAccountToken"):
            return
        if scope.rights.of(workload) or scope.rights.any_for_group() or _USES_TOKEN & workload.pod_annotations.keys():
            return
        message = f"{workload.name} has a token for the Kubernetes API, but no role that allows its use"
        yield Problem(workload.at, message)


class WildcardRole(Rule[Workload]):
    """A workload's account may do everything (`*`) with the cluster's own objects.

    Whoever breaks into one of its pods has the cluster or the namespace: all its secrets, and any new pod. Kinds that
    later versions of Kubernetes add are allowed, too.
    """

    id = "P14-wildcard-role"
    severity = "warning"
    looks_at = Workload

    def check(self, workload: Workload, scope: Scope) -> Problems:
        """Name the resources and the verbs that the program uses."""
        for grant in scope.rights.of(workload):
            if grant.role is None and grant.name == "cluster-admin":
                at = grant.binding.value.get("roleRef", "name") or grant.binding.at
                where = "in the whole cluster" if grant.in_all_namespaces else "in its namespace"
                yield Problem(at, f"{workload.name} may do everything {where} ({_by(grant)})")
            for at, what in _wildcards(grant):
                yield Problem(at, f"{workload.name} may {what} ({_by(grant)})")


def _by(grant: Grant) -> str:
    return f"by the {grant.binding.kind} {grant.binding.name}"


def _wildcards(grant: Grant) -> Iterator[tuple[Value, str]]:
    for rule in grant.rules:
        groups = {each.text() for each in rule.items("apiGroups")}
        if rule.items("resourceNames") or not groups & _OWN_GROUPS:
            continue
        verbs, resources = _star(rule, "verbs"), _star(rule, "resources")
        if verbs and resources:
            yield resources, "do everything (*) with every kind of object (*)"
        elif resources:
            named = ", ".join(each.text() or "" for each in rule.items("verbs")[:5])
            yield resources, f"{named} every kind of object (*), Secrets too"
        elif verbs:
            named = ", ".join(each.text() or "" for each in rule.items("resources")[:5])
            yield verbs, f"do everything (*) with {named}"


def _star(rule: Value, key: str) -> Value | None:
    return next((each for each in rule.items(key) if each.text() == "*"), None)


class PowerfulRole(Rule[Workload]):
    """A workload's account may extend its own rights, run code in other pods, or read every Secret of the cluster.

    `escalate`, `bind` and `impersonate` lead to all other rights. So do `pods/exec`, a new token of another account,
    and the tokens in Secrets.
    """

    id = "P14-powerful-role"
    severity = "warning"
    looks_at = Workload

    def check(self, workload: Workload, scope: Scope) -> Problems:
        """Remove the right, bind the role in one namespace, or name the objects in `resourceNames`."""
        for grant in scope.rights.of(workload):
            for rule in grant.rules:
                if not rule.items("resourceNames"):
                    for at, what in _powers(rule, grant):
                        yield Problem(at, f"{workload.name} may {what} ({_by(grant)})")


def _powers(rule: Value, grant: Grant) -> Iterator[tuple[Value, str]]:
    verbs = {each.text() or "" for each in rule.items("verbs")}
    groups = {each.text() or "" for each in rule.items("apiGroups")}
    for verb in rule.items("verbs"):
        if verb.text() in _GIVES_RIGHTS and groups & {"*", "", "rbac.authorization.k8s.io", "authentication.k8s.io"}:
            yield verb, f"{verb.text()}, and so get the rights of others"
    if not groups & {"*", ""}:
        return
    for resource in rule.items("resources"):
        name = resource.text() or ""
        if name in _RUNS_CODE and verbs & _WRITES:
            yield resource, f"use {name}, and so act as other pods"
        elif name == "secrets" and grant.in_all_namespaces and verbs & _READS and "*" not in verbs:
            yield resource, "read every Secret of the cluster"
