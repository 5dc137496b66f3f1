"""The outside judges (kubectl, kubernetes-validate, checkov, yamllint, hadolint, shellcheck), at the versions of
requirements/judges.txt, in an environment of their own: what checkov needs would clash with what the tests need.
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from workshop import environments


def environment() -> Path:
    """Return the judges' virtual environment."""
    return environments.environment("judges")


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
