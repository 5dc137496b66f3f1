"""The wheel carries the template: in an environment of its own, far from this repository, it gives the goldens."""

from __future__ import annotations

import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

from tests.support import goldens


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [
        sys.executable,
        "-m",
        "pip",
        "wheel",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        folder,
    ]
    subprocess.run([*command, goldens.ROOT], check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_the_whole_template(wheel: Path) -> None:
    inside = {name.removeprefix("scaffold/_template/") for name in zipfile.ZipFile(wheel).namelist()}
    files = [path for path in (goldens.ROOT / "templates").rglob("*") if path.is_file()]
    assert {path.relative_to(goldens.ROOT).as_posix() for path in files} <= inside


def test_an_installed_wheel_gives_the_golden(wheel: Path, tmp_path: Path) -> None:
    venv.create(tmp_path / "env", system_site_packages=False, with_pip=False)
    python = tmp_path / "env/bin/python"
    site = subprocess.run(
        [python, "-c", "import site; print(site.getsitepackages()[0])"], capture_output=True, text=True, check=True
    )
    target = Path(site.stdout.strip())
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", target, wheel], check=True
    )
    dependencies = next(path for path in sys.path if path.endswith("site-packages"))
    (target / "dependencies.pth").write_text(dependencies)
    assert list(target.glob("scaffold/_template/**/__pycache__")), "pip compiles the skeleton's Python, too"
    command = [python, "-m", "scaffold", "new", "out", "--answers", goldens.ROOT / "examples/frontend.yml", "--no-git"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    ours, golden = goldens.files_of(tmp_path / "out"), goldens.files_of(goldens.EXAMPLES / "frontend")
    for files in (ours, golden):
        del files[".copier-answers.yml"]  # _commit says which commit the wheel was built from
    assert ours == golden
