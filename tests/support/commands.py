"""`scaffold` in a process of its own, as a user runs it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from workshop import goldens

SCAFFOLD = [sys.executable, "-m", "scaffold"]


def scaffold(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(goldens.ROOT), **environment}
    return subprocess.run(
        [*SCAFFOLD, *arguments], cwd=cwd, env=env, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    )
