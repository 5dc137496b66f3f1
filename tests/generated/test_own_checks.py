"""Every golden passes its own lint and its own tests, by the verbs of its own Makefile.

What `make setup` installs is the same for all services of a language, so the first one's is lent to the others; what Cargo
compiles, Maven and Go download is shared by the whole machine.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

import pytest

from tests.support import command, goldens
from tests.support.machine import BUILD_ENV

# Their own tests watch a clock a little, and here two of them run side by side; a command that hangs has its limit below.
pytestmark = [pytest.mark.generated, pytest.mark.flaky(reruns=1), pytest.mark.timeout(1500)]

TOOLS = {
    "python": "python3",
    "go": "go",
    "typescript": "npm",
    "java": "javac",
    "rust": "cargo",
}
LENT = (".venv", "node_modules")
LIMIT = 600  # seconds for a verb; the slowest takes a minute on a fresh machine with two cores


@cache
def language_of(name: str) -> str:
    return str(goldens.answers_of(name).asked["language"])


def make(folder: Path, *verbs: str) -> None:
    env = os.environ | BUILD_ENV | {"NO_COLOR": "1"}
    env.pop("VIRTUAL_ENV", None)
    for verb in verbs:
        done = command.run(["make", verb], cwd=folder, env=env, seconds=LIMIT)
        assert done.returncode == 0, f"make {verb} in {folder.name}:\n{done.stdout[-8000:]}"


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
    folder, shared = workshop / name, workshop / f"{language}-installed"
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(goldens.EXAMPLES / name, folder)
    subprocess.run(["git", "init", "--quiet"], cwd=folder, check=True)
    if not shared.exists():
        make(folder, "setup")
        shared.mkdir()
        for lent in LENT:
            if (folder / lent).is_dir():
                (folder / lent).rename(shared / lent)
    for lent in LENT:
        if (shared / lent).is_dir():
            (folder / lent).symlink_to(shared / lent)
    make(folder, "lint", "test")
    fresh = goldens.files_of(goldens.EXAMPLES / name)
    assert {path: each for path, each in goldens.files_of(folder).items() if path in fresh} == fresh
