"""`make scan-secrets` finds a key in any commit of a service, and nothing in what is generated."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from workshop import go_tools, goldens
from workshop.history import commit, git

pytestmark = pytest.mark.skipif(bool(go_tools.missing()), reason=str(go_tools.missing()))

KEY = "AKIA" + "Z7QWERTYUIOP2345"
"""In two parts, so that nobody takes this file for one with a key."""


def scan(folder: Path) -> subprocess.CompletedProcess[str]:
    programs = folder.parent / "programs"
    programs.mkdir(exist_ok=True)
    (programs / "gitleaks").unlink(missing_ok=True)
    (programs / "gitleaks").symlink_to(go_tools.program("gitleaks"))
    env = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"}
    return subprocess.run(["make", "scan-secrets"], cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_a_key_is_found_though_a_later_commit_removes_it(tmp_path: Path) -> None:
    service = tmp_path / "service"
    shutil.copytree(goldens.EXAMPLES / "defaults", service)
    git(service, "init", "--quiet")
    commit(service)
    clean = scan(service)
    assert clean.returncode == 0, clean.stdout + clean.stderr
    settings = service / "deploy/base/config.env"
    before = settings.read_text()
    settings.write_text(f"{before}AWS_ACCESS_KEY_ID={KEY}\n")
    commit(service)
    settings.write_text(before)
    commit(service)
    found = scan(service)
    assert found.returncode != 0
    assert "leaks found: 1" in found.stdout + found.stderr
    assert KEY not in found.stdout + found.stderr, "a log of CI would publish it"


def test_no_golden_has_what_looks_like_a_secret() -> None:
    words = [str(go_tools.program("gitleaks")), "dir", "--no-banner", "--verbose", str(goldens.EXAMPLES)]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
