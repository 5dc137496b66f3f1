"""Write schemas.json anew: the OpenAPI schema of HTTPRoute, of the standard channel.

It comes from the Go module sigs.k8s.io/gateway-api (Apache-2.0), and is closed as Istio's are.
"""

from __future__ import annotations

import json
from pathlib import Path

import yaml

from tests.judges.istio.update import closed, module

VERSION = "v1.4.1"
SCHEMAS = Path(__file__).with_name("schemas.json")


def main() -> None:
    folder = module("sigs.k8s.io/gateway-api", VERSION) / "config/crd/standard"
    definition = yaml.safe_load((folder / "gateway.networking.k8s.io_httproutes.yaml").read_text())["spec"]
    (version,) = (each for each in definition["versions"] if each["name"] == "v1")
    route = {
        "apiVersion": f"{definition['group']}/v1",
        "spec": closed(version["schema"]["openAPIV3Schema"]["properties"]["spec"]),
    }
    source = f"sigs.k8s.io/gateway-api {VERSION}, Apache-2.0"
    SCHEMAS.write_text(f'{{"source": {json.dumps(source)},\n"HTTPRoute": {json.dumps(route, sort_keys=True)}}}\n')


if __name__ == "__main__":
    main()
