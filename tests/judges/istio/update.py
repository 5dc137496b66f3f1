"""Write schemas.json anew: the OpenAPI schemas of Istio's resource definitions, of the kinds that the output uses.

They come from the Go module istio.io/api (Apache-2.0, see its LICENSE; what is taken is generated from its .proto files).
A resource definition closes no object; here each is closed, as Kubernetes prunes or, asked strictly, refuses unknown fields.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import yaml

VERSION = "v1.29.0"
KINDS = {
    "DestinationRule": "v1",
    "EnvoyFilter": "v1alpha3",
    "ServiceEntry": "v1",
    "Sidecar": "v1",
    "VirtualService": "v1",
}
SCHEMAS = Path(__file__).with_name("schemas.json")
NOT_JSON_SCHEMA = {
    "description",
    "format",
    "x-kubernetes-validations",
    "x-kubernetes-int-or-string",
    "x-kubernetes-map-type",
}


def module(name: str, version: str) -> Path:
    """Return the folder of a Go module."""
    told = subprocess.run(
        ["go", "mod", "download", "-json", f"{name}@{version}"],
        cwd="/",
        check=True,
        capture_output=True,
        text=True,
    )
    return Path(json.loads(told.stdout)["Dir"])


def closed(schema: Any, names: bool = False) -> Any:
    """Return a schema without texts, each object of known fields closed; `names` where the keys are those of fields."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    if names:
        return {key: closed(value) for key, value in schema.items()}
    made = {key: closed(value, key == "properties") for key, value in schema.items() if key not in NOT_JSON_SCHEMA}
    if made.get("type") == "object" and "properties" in made and "x-kubernetes-preserve-unknown-fields" not in made:
        made["additionalProperties"] = False
    return made


def main() -> None:
    found = {}
    for each in yaml.safe_load_all(
        (module("istio.io/api", VERSION) / "kubernetes" / "customresourcedefinitions.gen.yaml").read_text()
    ):
        kind = each["spec"]["names"]["kind"]
        for version in each["spec"]["versions"]:
            if KINDS.get(kind) == version["name"]:
                found[kind] = {
                    "apiVersion": f"{each['spec']['group']}/{version['name']}",
                    "spec": closed(version["schema"]["openAPIV3Schema"]["properties"]["spec"]),
                }
    assert set(found) == set(KINDS)
    lines = ",\n".join(f"{json.dumps(kind)}: {json.dumps(found[kind], sort_keys=True)}" for kind in sorted(found))
    SCHEMAS.write_text(f'{{"source": "istio.io/api {VERSION}, Apache-2.0",\n{lines}}}\n')


if __name__ == "__main__":
    main()
