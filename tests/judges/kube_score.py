"""kube-score, as every judge of manifests asks it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

from workshop import go_tools

# What kube-score looks for only when it is asked to.
OPTIONAL = ("container-ports-check", "container-seccomp-profile", "container-ephemeral-storage-request-equals-limit")
# Findings that an environment answers where it makes them: one pod in dev, with its reason beside the number.
ANSWERED = {"dev": ("deployment-replicas",), "staging": (), "production": ()}


def scored(files: Sequence[Path], environment: str) -> list[str]:
    """Return what kube-score finds in manifests of an environment."""
    words = [word for name in OPTIONAL for word in ("--enable-optional-test", name)]
    words += [word for name in ANSWERED[environment] for word in ("--ignore-test", name)]
    command = [go_tools.program("kube-score"), "score", "--output-format", "json", *words, *files]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    return [
        f"{each['object_name']}: {check['check']['id']}: {comment['summary']}"
        for each in json.loads(told.stdout)
        for check in each["checks"]
        if not check["skipped"] and check["grade"] < 10
        for comment in check["comments"] or [{"summary": ""}]
    ]
