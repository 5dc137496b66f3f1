"""The wheel carries the template: in an environment of its own, far from this repository, it gives the goldens."""

from __future__ import annotations

import subprocess
import zipfile
from pathlib import Path

import pytest

from tests.support.installed import build_wheel, install, package_of
from tests.support.paths import wrong
from workshop import goldens


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    return build_wheel(goldens.ROOT, folder)


def test_the_wheel_holds_the_whole_template_and_the_documentation(wheel: Path) -> None:
    inside = {name.removeprefix("scaffold/_template/") for name in zipfile.ZipFile(wheel).namelist()}
    files = [path for part in ("templates", "docs") for path in (goldens.ROOT / part).rglob("*") if path.is_file()]
    assert {path.relative_to(goldens.ROOT).as_posix() for path in files} <= inside


def test_the_wheel_can_be_laid_out_everywhere(wheel: Path) -> None:
    assert not wrong(zipfile.ZipFile(wheel).namelist())


def test_an_installed_wheel_gives_the_golden(wheel: Path, tmp_path: Path) -> None:
    python = install(wheel, tmp_path / "env")
    assert list(package_of(python).glob("_template/**/__pycache__")), "pip compiles the skeleton's Python, too"
    shown = subprocess.run(
        [python, "-m", "scaffold", "docs", "P08-probe-port"], cwd=tmp_path, capture_output=True, text=True
    )
    assert shown.stdout.startswith("## P08-probe-port\n"), shown.stderr
    command = [
        python,
        "-m",
        "scaffold",
        "new",
        "out",
        "--answers",
        goldens.ROOT / "examples/frontend.yml",
        "--no-git",
        "--vcs-ref",
        "HEAD",
    ]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    ours, golden = goldens.files_of(tmp_path / "out"), goldens.files_of(goldens.EXAMPLES / "frontend")
    for files in (ours, golden):
        del files[".copier-answers.yml"]  # _commit says which commit the wheel was built from
    assert ours == golden
