"""Write schemas.json anew: the OpenAPI schemas of what Argo CD and Flux deploy by.

They come from their Go modules (Apache-2.0), and are closed as Istio's are. Of an Application, the schema has only the fields
that the output can have: the whole one repeats those of a source many times.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml

from tests.judges.istio.update import closed, module

ARGO_CD = ("github.com/argoproj/argo-cd/v3", "v3.5.1")
HELM = ("github.com/fluxcd/helm-controller", "v1.6.3")
KUSTOMIZE = ("github.com/fluxcd/kustomize-controller", "v1.9.4")
SOURCE = ("github.com/fluxcd/source-controller", "v1.9.1")
# kind: module, file of its definition, version
KINDS = {
    "Application": (ARGO_CD, "manifests/crds/application-crd.yaml", "v1alpha1"),
    "GitRepository": (SOURCE, "config/crd/bases/source.toolkit.fluxcd.io_gitrepositories.yaml", "v1"),
    "HelmRelease": (HELM, "config/crd/bases/helm.toolkit.fluxcd.io_helmreleases.yaml", "v2"),
    "Kustomization": (KUSTOMIZE, "config/crd/bases/kustomize.toolkit.fluxcd.io_kustomizations.yaml", "v1"),
}
LEFT_OUT = {"sources", "sourceHydrator", "kustomize", "plugin", "directory", "info", "postRenderers", "commonMetadata"}
SCHEMAS = Path(__file__).with_name("schemas.json")


def smaller(schema: Any) -> Any:
    """Return a schema without the fields that are left out."""
    if isinstance(schema, list):
        return [smaller(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {key: smaller(value) for key, value in schema.items() if key not in LEFT_OUT}


def main() -> None:
    lines = []
    for kind, (home, path, wanted) in KINDS.items():
        definition = yaml.safe_load((module(*home) / path).read_text())["spec"]
        (version,) = (each for each in definition["versions"] if each["name"] == wanted)
        found = {
            "apiVersion": f"{definition['group']}/{wanted}",
            "source": " ".join(home),
            "spec": smaller(closed(version["schema"]["openAPIV3Schema"]["properties"]["spec"])),
        }
        lines.append(f"{json.dumps(kind)}: {json.dumps(found, sort_keys=True)}")
    SCHEMAS.write_text('{"license": "Apache-2.0",\n' + ",\n".join(lines) + "}\n")


if __name__ == "__main__":
    main()
