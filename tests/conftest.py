"""Fixtures that several suites share."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support import goldens


@pytest.fixture(scope="session")
def template_repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Commit and tag the template as it is in the work tree, so that Copier sees a release of it."""
    folder = tmp_path_factory.mktemp("template")
    git = ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", "-C", str(folder)]
    subprocess.run(["cp", "-r", goldens.ROOT / "copier.yml", goldens.ROOT / "templates", folder], check=True)
    subprocess.run([*git, "init", "--quiet"], check=True)
    subprocess.run([*git, "add", "--all", "--force"], check=True)
    subprocess.run([*git, "commit", "--quiet", "--message", "release"], check=True)
    subprocess.run([*git, "tag", goldens.ORIGIN.version or ""], check=True)
    return folder
