"""Write schemas.json anew: the JSON schemas of skaffold.yaml and devcontainer.json, without the texts for readers.

Skaffold's comes from its Go module (Apache-2.0). That of development containers is a file of github.com/devcontainers/spec
(CC-BY-4.0), whose path in a clone is the argument.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.judges.istio.update import module

SKAFFOLD = ("github.com/GoogleContainerTools/skaffold/v2", "v2.16.1")
SKAFFOLD_FILE = "docs-v2/content/en/schemas/v4beta13.json"
DEVCONTAINER = (
    "github.com/devcontainers/spec schemas/devContainer.base.schema.json c95ffeed1d059abfe9ffbe79762dc2fa4e7c2421"
)
TEXTS = {"description", "x-intellij-html-description", "examples", "default", "preferredOrder"}
SCHEMAS = Path(__file__).with_name("schemas.json")


def bare(schema: Any, names: bool = False) -> Any:
    """Return a schema without its texts; `names` is true for a mapping whose keys are names of fields."""
    if isinstance(schema, list):
        return [bare(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: bare(value, not names and key in {"properties", "definitions"})
        for key, value in schema.items()
        if names or key not in TEXTS
    }


def main() -> None:
    found = {
        "skaffold": {
            "license": "Apache-2.0",
            "source": f"{' '.join(SKAFFOLD)} {SKAFFOLD_FILE}",
            "schema": bare(json.loads((module(*SKAFFOLD) / SKAFFOLD_FILE).read_text())),
        },
        "devcontainer": {
            "license": "CC-BY-4.0",
            "source": DEVCONTAINER,
            "schema": bare(json.loads(Path(sys.argv[1]).read_text())),
        },
    }
    lines = [f"{json.dumps(name)}: {json.dumps(each, sort_keys=True)}" for name, each in found.items()]
    SCHEMAS.write_text("{" + ",\n".join(lines) + "}\n")


if __name__ == "__main__":
    main()
