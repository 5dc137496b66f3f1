"""A platform's template on release 0.2.0 of the base, made once and copied for each test."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.commands import scaffold
from workshop.history import git

URL = "https://git.example.org/platform/template.git"
DOCKERFILE = "{{ python }}/Dockerfile.jinja"
Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("platform")
    done = scaffold("template", "new", "acme", "--url", URL, "--vcs-ref", "0.2.0", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "acme"


@pytest.fixture
def acme(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "acme", symlinks=True))


@pytest.fixture
def run(acme: Path) -> Run:
    """Run `scaffold template` in the platform's template."""

    def start(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
        done = scaffold("template", *arguments, cwd=acme)
        assert done.returncode == code, done.stdout + done.stderr
        return done

    return start


def release(acme: Path, tag: str) -> None:
    git(acme, "add", "--all")
    git(acme, "commit", "--quiet", "--allow-empty", "--message", tag)
    git(acme, "tag", tag)


def tree(acme: Path) -> dict[str, bytes]:
    return {
        each.relative_to(acme).as_posix(): each.read_bytes()
        for each in acme.rglob("*")
        if each.is_file() and ".git" not in each.relative_to(acme).parts
    }
