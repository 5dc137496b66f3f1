"""Write schemas.json anew: the OpenAPI schemas of the objects that put a secret value into a namespace.

Each comes from a tag of its project's repository (Apache-2.0), and is closed as Istio's are.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import yaml

from tests.judges.istio.update import closed

# kind: (repository, tag, path, version)
KINDS = {
    "ExternalSecret": (
        "external-secrets/external-secrets",
        "v2.9.0",
        "config/crds/bases/external-secrets.io_externalsecrets.yaml",
        "v1",
    ),
    "SealedSecret": (
        "bitnami-labs/sealed-secrets",
        "v0.36.6",
        "helm/sealed-secrets/crds/bitnami.com_sealedsecrets.yaml",
        "v1alpha1",
    ),
    "SecretProviderClass": (
        "kubernetes-sigs/secrets-store-csi-driver",
        "v1.6.0",
        "config/crd/bases/secrets-store.csi.x-k8s.io_secretproviderclasses.yaml",
        "v1",
    ),
}
SCHEMAS = Path(__file__).with_name("schemas.json")


def file_at(repository: str, tag: str, path: str) -> str:
    """Return a file of a tag on GitHub."""
    with tempfile.TemporaryDirectory() as folder:
        options = ["--quiet", "--depth", "1", "--no-checkout", "--filter", "blob:none", "--branch", tag]
        subprocess.run(["git", "clone", *options, f"https://github.com/{repository}", folder], check=True)
        shown = subprocess.run(
            ["git", "-C", folder, "show", f"HEAD:{path}"], check=True, capture_output=True, text=True
        )
    return shown.stdout


def schema_of(repository: str, tag: str, path: str, wanted: str) -> dict[str, Any]:
    """Return what a resource definition says of the spec, in that version."""
    definition = yaml.safe_load(file_at(repository, tag, path))["spec"]
    (version,) = (each for each in definition["versions"] if each["name"] == wanted)
    return {
        "apiVersion": f"{definition['group']}/{wanted}",
        "source": f"{repository} {tag}, Apache-2.0",
        "spec": closed(version["schema"]["openAPIV3Schema"]["properties"]["spec"]),
    }


def main() -> None:
    lines = (f"{json.dumps(kind)}: {json.dumps(schema_of(*where), sort_keys=True)}" for kind, where in KINDS.items())
    SCHEMAS.write_text("{" + ",\n".join(lines) + "}\n")


if __name__ == "__main__":
    main()
