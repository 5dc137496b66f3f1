"""The schemas of the projects' own resource definitions accept each object that a store has in an overlay."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from scaffold.engine.render import render
from tests.judges.stores.update import KINDS, SCHEMAS
from tests.support.deployed import Object, deployed, each_overlay
from workshop import goldens

pytestmark = pytest.mark.judges

STORES = json.loads(SCHEMAS.read_text())
TWO = [{"name": "database-password"}, {"name": "signing-key", "form": "file", "key": "signing.pem"}]


def judge(each: Object) -> None:
    schema = STORES[each["kind"]]
    assert each["apiVersion"] == schema["apiVersion"]
    jsonschema.validate(each["spec"], schema["spec"])


@pytest.mark.parametrize("overlay", each_overlay())
def test_their_schemas_accept_them(overlay: tuple[Path, str]) -> None:
    for each in deployed(*overlay).objects:
        if each["kind"] in KINDS:
            judge(each)


@pytest.mark.parametrize(
    ("example", "kind", "change"),
    [
        ("everything-go", "ExternalSecret", {"refreshIntervall": "1h"}),
        ("everything-go", "ExternalSecret", {"secretStoreRef": {"kind": "Vault", "name": "a"}}),
        ("everything-java", "SecretProviderClass", {"parameters": {"objects": []}}),
        ("everything-java", "SecretProviderClass", {"secretObjects": {}}),
    ],
)
def test_their_schemas_can_refuse(example: str, kind: str, change: dict[str, Any]) -> None:
    broken = copy.deepcopy(deployed(goldens.EXAMPLES / example, "dev").all(kind)[0])
    judge(broken)
    broken["spec"].update(change)
    with pytest.raises(jsonschema.ValidationError):
        judge(broken)


PROVIDERS: dict[str, tuple[dict[str, str], Any]] = {
    "azure": (
        {"keyvaultName": "payments", "tenantId": "00000000-0000-0000-0000-000000000000"},
        {
            "array": [
                "objectName: web-database-password\nobjectType: secret\nobjectAlias: database-password\n",
                "objectName: web-signing-pem\nobjectType: secret\nobjectAlias: signing.pem\n",
            ]
        },
    ),
    "gcp": (
        {"project": "shop-prod"},
        [
            {
                "resourceName": "projects/shop-prod/secrets/web-database-password/versions/latest",
                "path": "database-password",
            },
            {"resourceName": "projects/shop-prod/secrets/web-signing-pem/versions/latest", "path": "signing.pem"},
        ],
    ),
}


@pytest.mark.parametrize("provider", PROVIDERS)
def test_providers_that_no_example_has(provider: str) -> None:
    parameters, objects = PROVIDERS[provider]
    template, questions, renderer = goldens.engine()
    answers = {"name": "web", "secrets": TWO, "secret_store": "csi", "csi_provider": provider}
    resolved = questions.resolve({**answers, "csi_parameters": parameters})
    files = {str(each.path): each for each in render(template, renderer, resolved, goldens.ORIGIN)}
    made = yaml.safe_load(files["deploy/overlays/dev/secret-provider-classes.yaml"].content)
    judge(made)
    told = made["spec"]["parameters"]
    assert yaml.safe_load(told.pop("secrets" if provider == "gcp" else "objects")) == objects
    assert told == parameters
