"""Policies and objects for the tests of policies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from scaffold.check.findings import Finding
from scaffold.check.policy.files import rules_of
from scaffold.check.policy.read import read_policies
from scaffold.check.read import read_repository
from scaffold.check.run import run
from scaffold.syntax.source import Note, Source

APPS = {"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["deployments"]}


def policy(*validations: str | dict[str, Any], name: str = "acme-rule", annotations: Any = None, **spec: Any) -> str:
    """Return the text of a policy on Deployments; `spec` replaces keys of it."""
    written = [
        {"expression": each, "message": "it is wrong"} if isinstance(each, str) else each for each in validations
    ]
    metadata = {"name": name, **({"annotations": annotations} if annotations else {})}
    return yaml.safe_dump(
        {
            "apiVersion": "admissionregistration.k8s.io/v1",
            "kind": "ValidatingAdmissionPolicy",
            "metadata": metadata,
            "spec": {"matchConstraints": {"resourceRules": [APPS]}, "validations": written, **spec},
        },
        sort_keys=False,
    )


DEPLOYMENT: dict[str, Any] = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web", "labels": {"team": "shop"}},
    "spec": {
        "replicas": 2,
        "template": {
            "spec": {
                "containers": [
                    {"name": "web", "image": "registry.example.org/web:1", "resources": {"limits": {"memory": "1Gi"}}},
                    {"name": "side", "image": "docker.io/side:1", "resources": {"limits": {"memory": 64}}},
                ]
            }
        },
    },
}

CONTAINERS = "object.spec.template.spec.containers"
EXPRESSIONS = {
    "object.spec.replicas >= 2": True,
    "object.spec.replicas > 2": False,
    "has(object.spec.paused)": False,
    f"{CONTAINERS}.exists(c, c.image.matches('^docker'))": True,
    f"{CONTAINERS}.map(c, c.name).join('+') == 'web+side'": True,
    f"{CONTAINERS}.filter(c, c.name.startsWith('s')).size() == 1": True,
    f"quantity({CONTAINERS}[0].resources.limits.memory) == quantity('1024Mi')": True,
    f"quantity({CONTAINERS}[0].resources.limits.memory).isLessThan(quantity('1G'))": False,
    f"{CONTAINERS}[1].resources.limits.memory == '64'": True,
    "quantity('1').add(quantity('500m')).compareTo(quantity('1500m')) == 0": True,
    "isQuantity('1 GB')": False,
    "object.metadata.name.upperAscii() == 'WEB' && 'a,b'.split(',') == ['a', 'b']": True,
    "[1, 2, 3].sum() == 6 && [1, 2].isSorted() && [1, 2, 1].lastIndexOf(1) == 2 && 'abc'.indexOf('c') == 2": True,
    "request.operation == 'CREATE' && request.kind.kind == 'Deployment' && request.resource.resource != ''": True,
    "type(object.spec.replicas) == int && int('3') == 3": True,
    "object.metadata.labels['team'] in ['shop', 'blog']": True,
    "oldObject == null": True,
}


def judged(folder: Path, *texts: str, objects: str | None = None) -> tuple[list[Finding], list[Note]]:
    """Return what policies find in a Deployment, or in other objects, and the notes."""
    rules = rules_of([each for text in texts for each in read_policies(Source("policy.yml", text.encode()))])
    (folder / "web.yaml").write_text(objects or json.dumps(DEPLOYMENT))
    repository = read_repository([folder])
    return run(repository, rules), repository.notes
