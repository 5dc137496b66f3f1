"""Every golden passes its own lint and its own tests, by the verbs of its own Makefile.

What `make setup` installs is the same for all services of a language, so the first one's is lent to the others.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.support import goldens

pytestmark = pytest.mark.generated

TOOLS = {
    "python": "python3",
    "go": "go",
    "typescript": "npm",
    "java": "javac",
    "rust": "cargo",
}
LENT = (".venv", "node_modules")


@cache
def language_of(name: str) -> str:
    return str(goldens.answers_of(name).asked["language"])


def make(folder: Path, shared: Path, *verbs: str) -> None:
    env = {**os.environ, "CARGO_TARGET_DIR": str(shared / "target"), "NO_COLOR": "1"}
    env.pop("VIRTUAL_ENV", None)
    done = subprocess.run(
        ["make", *verbs], cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    assert done.returncode == 0, f"make {' '.join(verbs)} in {folder.name}:\n{done.stdout[-8000:]}"


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("generated")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.xdist_group(language_of(name))) for name in goldens.NAMES]
)
def test_lint_and_tests_pass(name: str, workshop: Path) -> None:
    language = language_of(name)
    for tool in (TOOLS[language], "make"):
        if not shutil.which(tool):
            pytest.skip(f"{tool} is not installed, so a {language} service can't be checked")
    folder, shared = workshop / name, workshop / language
    shutil.copytree(goldens.EXAMPLES / name, folder)
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    if not shared.exists():
        shared.mkdir()
        make(folder, shared, "setup")
        for lent in LENT:
            if (folder / lent).is_dir():
                (folder / lent).rename(shared / lent)
    for lent in LENT:
        if (shared / lent).is_dir():
            (folder / lent).symlink_to(shared / lent)
    make(folder, shared, "lint", "test")
    fresh = goldens.files_of(goldens.EXAMPLES / name)
    assert {path: each for path, each in goldens.files_of(folder).items() if path in fresh} == fresh
