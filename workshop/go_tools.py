"""Programs that tests use and that Go's own client builds from their source, once for each version, into the cache."""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path

from workshop.command import succeed
from workshop.machine import CACHE, locked

PACKAGES = {
    "actionlint": "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12",  # GitHub's workflows
    "vegeta": "github.com/tsenart/vegeta/v12@v12.12.0",  # load at a constant rate
    "kube-score": "github.com/zegl/kube-score/cmd/kube-score@v1.20.0",  # Kubernetes manifests
}


def missing() -> str | None:
    """Tell why no tool can be built here, or nothing where they can."""
    return None if shutil.which("go") else f"Go not found, which builds {', '.join(PACKAGES)}"


@cache
def program(name: str) -> Path:
    """Return a tool, built now where it is not there yet."""
    package, _, version = PACKAGES[name].partition("@")
    path = CACHE / "go-tools" / f"{name}-{version}"
    with locked(f"go-tool-{name}"):
        if not path.exists():
            folder = path.with_suffix(".part")
            env = {**os.environ, "GOBIN": str(folder)}
            succeed(["go", "install", f"{package}@{version}"], env=env, cwd="/", seconds=600)
            (built,) = folder.iterdir()  # named after the last part of its path, or of its main package's folder
            built.rename(path)
            folder.rmdir()
    return path
