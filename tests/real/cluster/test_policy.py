"""Policies get the same verdicts from `scaffold check` and from the API server, which reads the same file."""

from __future__ import annotations

import copy
import json
import re
from pathlib import Path
from typing import Any

import yaml

from tests.check.policy.policies import APPS, CONTAINERS, DEPLOYMENT, EXPRESSIONS, judged, policy
from workshop.cluster import Cluster

NAMESPACE = "judged"
OURS = "c.image.startsWith('registry.example.org/')"
POLICIES = {
    "registry": {
        "validations": [
            {
                "expression": f"variables.all.all(c, {OURS})",
                "messageExpression": f"'not ours: ' + variables.all.filter(c, !{OURS})[0].name",
            }
        ],
        "variables": [{"name": "all", "expression": CONTAINERS}],
    },
    "replicas": {"validations": [{"expression": "object.spec.replicas >= 2", "message": "at least two"}]},
    "memory": {
        "validations": [
            {
                "expression": f"{CONTAINERS}.all(c, has(c.resources) && has(c.resources.limits) && "
                "quantity(c.resources.limits.memory).isLessThan(quantity('2Gi')))",
                "message": "less than 2Gi",
            }
        ]
    },
    "label": {"validations": [{"expression": "object.metadata.labels.team in ['shop', 'blog']", "message": "a team"}]},
    "label-ignored": {"validations": [{"expression": "object.metadata.labels.team == 'shop'", "message": "shop"}], "failurePolicy": "Ignore"},
    "lazy": {
        "validations": [{"expression": "!has(object.metadata.labels) || variables.team.matches('^[a-z]+$')", "message": "letters"}],
        "variables": [{"name": "team", "expression": "object.metadata.labels.team"}],
    },
    "big": {
        "matchConditions": [{"name": "big", "expression": "object.spec.replicas > 2"}],
        "validations": [{"expression": f"{CONTAINERS}.size() > 1 && {CONTAINERS}.map(c, c.name).join(',') != 'a'", "message": "two containers"}],
    },
    "selected": {
        "matchConstraints": {"resourceRules": [APPS], "objectSelector": {"matchLabels": {"team": "blog"}}},
        "validations": [{"expression": "request.name.lowerAscii().split('-').size() > 1 && request.operation == 'CREATE'", "message": "a dash"}],
    },
    "numbers": {"validations": [{"expression": f"{CONTAINERS}.all(c, !has(c.resources.limits.cpu) || string(c.resources.limits.cpu) != '1')", "message": "not 1"}]},
    "updates": {"matchConstraints": {"resourceRules": [{**APPS, "operations": ["UPDATE"]}]}, "validations": [{"expression": "object.spec.replicas > 100", "message": "no"}]},
    "namespace": {"validations": [{"expression": "namespaceObject.metadata.labels.tier == 'web' && oldObject == null", "message": "web"}]},
}  # fmt: skip

SINGLE = {
    f"expression-{n}": {"validations": [{"expression": each, "message": each}]} for n, each in enumerate(EXPRESSIONS)
}
ALL: dict[str, dict[str, Any]] = {**POLICIES, **SINGLE}


def changed(name: str, **changes: Any) -> dict[str, Any]:
    """Return a Deployment with another name, and other labels, replicas or containers."""
    made = copy.deepcopy(DEPLOYMENT)
    pods = {"app": "web"}
    made["metadata"] = {
        "name": name,
        "namespace": NAMESPACE,
        **({"labels": changes["labels"]} if "labels" in changes else {}),
    }
    made["spec"] |= {"replicas": changes.get("replicas", 2), "selector": {"matchLabels": pods}}
    made["spec"]["template"]["metadata"] = {"labels": pods}
    if "containers" in changes:
        made["spec"]["template"]["spec"]["containers"] = changes["containers"]
    return made


def container(name: str, image: str = "registry.example.org/a:1", **limits: Any) -> dict[str, Any]:
    return {"name": name, "image": image, **({"resources": {"limits": limits}} if limits else {})}


OBJECTS = [
    changed("web", labels={"team": "shop"}),
    changed("good", labels={"team": "shop"}, containers=[container("a", memory="1Gi")]),
    changed("images", labels={"team": "blog"}),
    changed("without-labels", replicas=1),
    changed("no-team", labels={"cost": "1"}, containers=[container("a", memory="1Gi")]),
    changed("large", replicas=3, labels={"team": "shop"}, containers=[container("a", memory="3Gi", cpu=1)]),
    changed("no-limits", replicas=3, labels={"team": "UPPER"}, containers=[container("a"), container("b")]),
    changed("nodash", labels={"team": "blog"}, containers=[container("a", memory=64, cpu="500m")]),
]


SENTINEL = changed("sentinel", labels={"team": "blog"}, replicas=3)
SEEN = {"expression": "object.metadata.name != 'sentinel'", "message": "it is in force"}


def test_check_and_the_api_server_agree(kubernetes: Cluster, tmp_path: Path) -> None:
    texts = {name: policy(SEEN, *ALL[name]["validations"], name=name, **rest(name)) for name in ALL}
    labels = {"tier": "db", "kubernetes.io/metadata.name": NAMESPACE}
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE, "labels": labels}}
    by_check = _by_check(tmp_path, texts, namespace)
    documents = [*texts.values(), *map(_binding, texts)]
    kubernetes.kubectl("apply", "--filename", "-", input_=json.dumps(namespace))
    try:
        kubernetes.kubectl("apply", "--filename", "-", input_="---\n".join(documents))
        in_force = {*ALL} - {"updates"}
        kubernetes.wait_for(lambda: _refusing(kubernetes, SENTINEL) == in_force, 60, "the policies are in force")
        by_cluster = {each["metadata"]["name"]: _refusing(kubernetes, each) for each in OBJECTS}
    finally:
        kubernetes.kubectl("delete", "validatingadmissionpolicy,validatingadmissionpolicybinding", *ALL)
        kubernetes.kubectl("delete", "namespace", NAMESPACE, "--wait=false")
    assert by_check == by_cluster
    assert set.union(*by_check.values()) >= {*POLICIES} - {"updates"}


def rest(name: str) -> dict[str, Any]:
    return {key: value for key, value in ALL[name].items() if key != "validations"}


def _by_check(folder: Path, texts: dict[str, str], namespace: dict[str, Any]) -> dict[str, set[str]]:
    found, _ = judged(folder, *texts.values(), objects="\n---\n".join(map(json.dumps, [namespace, *OBJECTS])))
    verdicts: dict[str, set[str]] = {each["metadata"]["name"]: set() for each in OBJECTS}
    for each in found:
        verdicts[each.place.object.rpartition("/")[2]].add(each.rule.id)
    return verdicts


def _binding(name: str) -> str:
    """Return what puts a policy in force: all that refuse an object warn, and none keeps others from being asked."""
    here = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": NAMESPACE}}}
    return yaml.safe_dump(
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": {"name": name},
            "spec": {"policyName": name, "validationActions": ["Warn"], "matchResources": here},
        }
    )


def _refusing(kubernetes: Cluster, thing: dict[str, Any]) -> set[str]:
    words = ("create", "--dry-run=server", "--warnings-as-errors", "--filename", "-")
    told = kubernetes.kubectl(*words, input_=json.dumps(thing), check=False)
    return set(re.findall(r"ValidatingAdmissionPolicy '([\w-]+)'", told))
