"""For each pod that Kubernetes tests Pod Security Admission with, the rules of P14 say what the admission says.

The pods come with the Go module k8s.io/pod-security-admission: test/testdata/LEVEL/VERSION/{pass,fail}/CHECK.yaml.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from scaffold.check.findings import Finding
from scaffold.check.model.checked import Checked
from scaffold.check.model.pod_security import PodSecurity
from scaffold.check.model.scope import Scope
from scaffold.check.model.workloads import Pod
from scaffold.check.rules import all_rules
from scaffold.check.run import run
from scaffold.syntax.source import Source
from scaffold.syntax.yaml_nodes import documents
from workshop import go_tools

pytestmark = pytest.mark.skipif(bool(go_tools.missing()), reason=str(go_tools.missing()))

BASELINE = {
    "P14-privileged": {"privileged", "windowshostprocess"},
    "P14-host-namespace": {"hostnamespaces", "hostports"},
    "P14-host-path": {"hostpathvolumes"},
    "P14-capability": {"capabilities_baseline"},
    "P14-unconfined": {"seccompprofile_baseline", "apparmorprofile", "selinuxoptions", "procmount", "sysctls"},
    "P14-probe-host": {"hostprobesandhostlifecycle"},
}
RESTRICTED = {
    "P14-restricted": {
        "allowprivilegeescalation",
        "capabilities_restricted",
        "procmount_restricted",
        "runasnonroot",
        "runasuser",
        "seccompprofile_restricted",
    },
    "P14-user-refused": {"runasuser"},
    "P14-volume-type": {"restrictedvolumes"},
}
NEWEST = "v1.37"
VERSIONS = ("v1.25", "v1.29", "v1.31", "v1.34", NEWEST)
_USERS = {"procmount", "runasnonroot", "runasuser"}  # since 1.35, a pod in a user namespace has fewer checks
LATER = {
    "v1.25": {"sysctls", "selinuxoptions", *_USERS},
    "v1.29": {"sysctls", "selinuxoptions", *_USERS},
    "v1.31": {"sysctls", *_USERS},
    "v1.34": {"sysctls", *_USERS},
}
"""The checks that admit more in a later version. The rules know the newest."""


ALSO = {
    "allowprivilegeescalation3": {"capabilities_restricted"},  # has no securityContext at all
    "privileged0": {"allowprivilegeescalation"},
    "privileged1": {"allowprivilegeescalation"},
    "windowshostprocess0": {"hostnamespaces"},
    "windowshostprocess1": {"hostnamespaces"},
}
"""What some pods of the newest version fail besides the check that they are for."""
NAMED_BY_BASELINE = {"restrictedvolumes": "hostpathvolumes", "seccompprofile_restricted": "seccompprofile_baseline"}
"""Checks of `restricted` that repeat one of `baseline`, which we tell instead."""


@cache
def pods_of_kubernetes() -> Path:
    try:
        return go_tools.module("pod-security-admission") / "test" / "testdata"
    except RuntimeError as error:
        pytest.skip(f"Go can't get the module: {error}")


def judged(file: Path) -> tuple[Checked, list[Finding]]:
    source = Source(file.name, file.read_bytes())
    found, note = documents(source)
    assert note is None
    repository = Checked(sources={file.name: source})
    repository.scopes.append(Scope(repository, "", found))
    return repository, run(repository, [all_rules()[name] for name in (*BASELINE, *RESTRICTED)])


def verdict(findings: list[Finding]) -> str:
    """Return the strictest level that admits a pod with these findings."""
    names = {each.rule.id for each in findings}
    return "privileged" if names & set(BASELINE) else "baseline" if names else "restricted"


def check_of(file: Path) -> str:
    return re.sub(r"\d+$", "", file.stem)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("level", ["baseline", "restricted"])
def test_what_kubernetes_refuses_is_found(level: str, version: str) -> None:
    files = sorted((pods_of_kubernetes() / level / version / "fail").iterdir())
    assert len(files) > 20
    for file in files:
        check = check_of(file)
        _, findings = judged(file)
        refused = verdict(findings) in (("privileged",) if level == "baseline" else ("privileged", "baseline"))
        if not refused and check in LATER.get(version, ()):
            continue
        assert refused, file
        checks = {check, NAMED_BY_BASELINE.get(check, check)}
        rules = {name for name, its in {**BASELINE, **RESTRICTED}.items() if its & checks}
        assert {each.rule.id for each in findings} & rules or check in LATER.get(version, ()), (file, findings)


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("level", ["baseline", "restricted"])
def test_what_kubernetes_admits_is_not_found(level: str, version: str) -> None:
    files = sorted((pods_of_kubernetes() / level / version / "pass").iterdir())
    assert len(files) > 10
    for file in files:
        _, findings = judged(file)
        assert verdict(findings) in (("restricted",) if level == "restricted" else ("restricted", "baseline")), file


@pytest.mark.parametrize("level", ["baseline", "restricted"])
def test_a_pod_that_fails_one_check_fails_no_other(level: str) -> None:
    for file in sorted((pods_of_kubernetes() / level / NEWEST / "fail").iterdir()):
        repository, _ = judged(file)
        (pod,) = repository.scopes[0].of(Pod)
        security = PodSecurity(pod)
        found = {each.check.lower() for each in security.baseline + security.restricted * (level == "restricted")}
        check = check_of(file)
        known = {check, NAMED_BY_BASELINE.get(check, check)}
        assert found & known, (file, found)
        assert found <= known | ALSO.get(file.stem, set()), (file, found)


def test_every_check_has_pods() -> None:
    checks = {check_of(file) for file in (pods_of_kubernetes() / "restricted" / NEWEST / "fail").iterdir()}
    known = set().union(*BASELINE.values(), *RESTRICTED.values())
    assert known == checks


OTHER_KINDS = {
    "Deployment": ("apps/v1", ("spec", "template")),
    "StatefulSet": ("apps/v1", ("spec", "template")),
    "ReplicationController": ("v1", ("spec", "template")),
    "CronJob": ("batch/v1", ("spec", "jobTemplate", "spec", "template")),
    "Rollout": ("argoproj.io/v1alpha1", ("spec", "template")),
    "ScaledJob": ("keda.sh/v1alpha1", ("spec", "jobTargetRef", "template")),
}


def made_by(kind: str, pod: dict[str, Any]) -> dict[str, Any]:
    """Return a list with an object of a kind that makes such pods."""
    version, path = OTHER_KINDS[kind]
    annotations = pod["metadata"].get("annotations", {})
    inner: dict[str, Any] = {"metadata": {"annotations": annotations}, "spec": pod["spec"]}
    for key in reversed(path):
        inner = {key: inner}
    made = {"apiVersion": version, "kind": kind, "metadata": {"name": pod["metadata"]["name"]}, **inner}
    return {"apiVersion": "v1", "kind": "List", "items": [made]}


@pytest.mark.parametrize("kind", OTHER_KINDS)
def test_what_makes_pods_is_judged_as_they_are(kind: str, tmp_path: Path) -> None:
    files = sorted((pods_of_kubernetes() / "restricted" / NEWEST).glob("*/*.yaml"))
    assert len(files) > 90
    for file in files:
        other = tmp_path / file.name
        other.write_text(yaml.safe_dump(made_by(kind, yaml.safe_load(file.read_text()))))
        told = [sorted((each.rule.id, each.message) for each in judged(each)[1]) for each in (file, other)]
        assert told[0] == told[1], file
