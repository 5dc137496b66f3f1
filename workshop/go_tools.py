"""What tests use of Go's modules, got by Go's own client: programs, built once for each version, and files."""

from __future__ import annotations

import json
import os
import shutil
from functools import cache
from pathlib import Path

from workshop.command import succeed
from workshop.machine import CACHE, locked

PACKAGES = {
    "actionlint": "github.com/rhysd/actionlint/cmd/actionlint@v1.7.12",  # GitHub's workflows
    "crane": "github.com/google/go-containerregistry/cmd/crane@v0.22.1",  # images in registries
    "gitleaks": "github.com/zricethezav/gitleaks/v8@v8.30.1",  # keys and passwords in commits
    "oasdiff": "github.com/oasdiff/oasdiff@v1.37.0",  # what breaks callers of an API
    "starlark": "go.starlark.net/cmd/starlark@v0.0.0-20260908191801-89a6a09411d5",  # the language of a Tiltfile
    "vegeta": "github.com/tsenart/vegeta/v12@v12.12.0",  # load at a constant rate
    "osv-scanner": "github.com/google/osv-scanner/v2/cmd/osv-scanner@v2.3.2",  # vulnerabilities in libraries
    "kube-score": "github.com/zegl/kube-score/cmd/kube-score@v1.20.0",  # Kubernetes manifests
}
MODULES = {
    "pod-security-admission": "k8s.io/pod-security-admission@v0.37.2",  # pods, and which of them Kubernetes admits
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


@cache
def module(name: str) -> Path:
    """Return the folder of a module's source, in Go's own cache; it is got now where it is not there yet."""
    with locked(f"go-module-{name}"):
        told = json.loads(succeed(["go", "mod", "download", "-json", MODULES[name]], cwd="/", seconds=300))
    return Path(told["Dir"])
