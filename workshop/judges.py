"""The outside judges (kubectl, kubernetes-validate, checkov, yamllint, hadolint, shellcheck), at the versions of
requirements/judges.txt, in an environment of their own: what checkov needs would clash with what the tests need.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

from workshop import machine
from workshop.command import succeed
from workshop.goldens import ROOT

REQUIREMENTS = ROOT / "requirements" / "judges.txt"


@cache
def environment() -> Path:
    """Return the judges' virtual environment; it is made once for each content of the requirements."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = machine.CACHE / f"judges-{digest}"
    with machine.locked("judges"):
        if not (folder / "complete").exists():
            shutil.rmtree(folder, ignore_errors=True)
            succeed([sys.executable, "-m", "venv", folder], seconds=120)
            pip: list[str | Path] = [folder / "bin" / "python", "-m", "pip", "--quiet", "--disable-pip-version-check"]
            succeed([*pip, "install", "--require-hashes", "--requirement", REQUIREMENTS], seconds=600)
            (folder / "complete").touch()
    return folder


def ask(judge: str, *words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run a judge and return what it said; `returncode` 0 means that it found nothing."""
    command = [environment() / "bin" / judge, *words]
    return subprocess.run(command, cwd=cwd, env=with_programs(), capture_output=True, text=True, check=False)


def with_programs() -> dict[str, str]:
    """Return an environment in which judges find one another."""
    return {**os.environ, "PATH": f"{environment() / 'bin'}:{os.environ['PATH']}", "NO_COLOR": "1"}


def acquits(judge: str, *words: str | Path, cwd: Path | None = None) -> None:
    """Fail with all that the judge said, unless it found nothing."""
    verdict = ask(judge, *words, cwd=cwd)
    assert verdict.returncode == 0, f"{judge} in {cwd or Path.cwd()}:\n{verdict.stdout}\n{verdict.stderr}"
