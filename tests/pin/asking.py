"""What the tests of registries share."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest

from scaffold.kubernetes.references import Reference
from tests.support import registry as support

needs_registry = pytest.mark.skipif(support.PROGRAM is None, reason=support.REASON)

MANIFEST = b'{"schemaVersion": 2}'
TYPED = {"Content-Type": support.OCI_MANIFEST}


def image(host: str, tag: str = "1", repository: str = "team/app") -> Reference:
    return Reference(host, repository, tag)


def basic(user: str, password: str) -> str:
    return base64.b64encode(f"{user}:{password}".encode()).decode()


def make_helper(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    helper = folder / "docker-credential-tests"
    helper.write_text(f"#!/bin/sh\n{script}\n")
    helper.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
