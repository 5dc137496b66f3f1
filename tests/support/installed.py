"""The package as a user has it: a wheel in a virtual environment of its own, far from this repository."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from pathlib import Path

PIP = (sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check")


def build_wheel(source: Path, folder: Path) -> Path:
    """Build the wheel of a checkout or an unpacked sdist."""
    environment = {**os.environ, "PYTHONPATH": str(source)}
    command = [*PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, source]
    subprocess.run(command, cwd=source, env=environment, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def install(wheel: Path, folder: Path) -> Path:
    """Install the wheel into a new environment, which takes the dependencies from this one; return its Python."""
    venv.create(folder, with_pip=False)
    target = next((folder / "lib").glob("python*/site-packages"))
    subprocess.run([*PIP, "install", "--no-deps", "--target", target, wheel], check=True, capture_output=True)
    (target / "dependencies.pth").write_text(next(path for path in sys.path if path.endswith("site-packages")))
    return folder / "bin/python"


def package_of(python: Path) -> Path:
    """Return the folder of the installed package."""
    return next((python.parents[1] / "lib").glob("python*/site-packages/scaffold"))
