"""The alert rules of a golden, and Prometheus' own tool that judges them."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.support.deployed import Object, read_yaml

SELDOM = {"evaluation_interval": "5m"}
"""A setting of a test: rules are evaluated every five minutes of its series, as is enough for an hour and more.

Promtool's own minute is five times the work, and shows nothing more.
"""


def groups(example: Path) -> list[Object]:
    """Return the rule groups of a golden, from the file or the resource of the operator."""
    plain, resource = (
        example / "deploy/monitoring/rules.yaml",
        example / "deploy/overlays/production/prometheus-rule.yaml",
    )
    assert plain.exists() != resource.exists(), "one of both"
    (found,) = read_yaml(plain if plain.exists() else resource)
    made: list[Object] = found["groups"] if plain.exists() else found["spec"]["groups"]
    return made


def promtool(*words: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["promtool", *words], cwd=cwd, capture_output=True, text=True, check=False)
