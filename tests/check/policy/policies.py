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


def judged(folder: Path, *texts: str, objects: str | None = None) -> tuple[list[Finding], list[Note]]:
    """Return what policies find in a Deployment, or in other objects, and the notes."""
    rules = rules_of([each for text in texts for each in read_policies(Source("policy.yml", text.encode()))])
    (folder / "web.yaml").write_text(objects or json.dumps(DEPLOYMENT))
    repository = read_repository([folder])
    return run(repository, rules), repository.notes
