"""The own schemas of Argo CD and Flux accept what deploys each environment, by overlays and by the chart."""

from __future__ import annotations

import copy
import json

import jsonschema
import pytest

from tests.judges.gitops.update import KINDS, SCHEMAS
from tests.support.deployed import Object
from tests.support.gitops import EXAMPLES, MANIFESTS, WAYS, objects

pytestmark = pytest.mark.judges

KNOWN = json.loads(SCHEMAS.read_text())


def judge(each: Object) -> None:
    schema = KNOWN[each["kind"]]
    assert each["apiVersion"] == schema["apiVersion"]
    jsonschema.validate(each["spec"], schema["spec"])


@pytest.mark.parametrize("manifests", MANIFESTS)
@pytest.mark.parametrize("deploy", WAYS)
@pytest.mark.parametrize("example", EXAMPLES)
def test_their_schemas_accept_it(example: str, deploy: str, manifests: str) -> None:
    made = objects(example, deploy, manifests)
    assert made
    for each in made.values():
        for one in each:
            judge(one)


def test_every_kind_is_made() -> None:
    made = [*objects("mail", "argocd").values(), *objects("mail", "flux").values()]
    made += objects("mail", "flux", "helm").values()
    assert {one["kind"] for each in made for one in each} == set(KINDS)


@pytest.mark.parametrize(
    ("deploy", "manifests", "kind", "change"),
    [
        ("argocd", "kustomize", "Application", {"syncPolicies": {}}),
        ("argocd", "helm", "Application", {"destination": "in-cluster"}),
        ("flux", "kustomize", "GitRepository", {"url": "git@github.com:example-org/mail.git"}),
        ("flux", "kustomize", "Kustomization", {"timeout": "340"}),
        ("flux", "helm", "HelmRelease", {"valuesFiles": []}),
    ],
)
def test_their_schemas_can_refuse(deploy: str, manifests: str, kind: str, change: Object) -> None:
    made = objects("mail", deploy, manifests)["production"]
    broken = copy.deepcopy(next(each for each in made if each["kind"] == kind))
    broken["spec"].update(change)
    with pytest.raises(jsonschema.ValidationError):
        judge(broken)
