"""Plain Copier, run as a user runs it: the judge of what our own engine renders."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


def copier(
    answers: Path, source: str | Path, destination: Path, git_config: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `copier copy` without --trust, with git settings given by the environment.

    Copier keeps mirrors of templates by URL in the user's cache folder; each destination's is its own here.
    """
    cache = destination.parent / "cache"
    settings = {"GIT_CONFIG_COUNT": str(len(git_config or {})), "XDG_CACHE_HOME": str(cache)}
    for index, (key, value) in enumerate((git_config or {}).items()):
        settings |= {f"GIT_CONFIG_KEY_{index}": key, f"GIT_CONFIG_VALUE_{index}": value}
    options = ["--quiet", "--defaults", "--data-file", str(answers)]
    command = [sys.executable, "-m", "copier", "copy", *options, str(source), str(destination)]
    return subprocess.run(command, env={**os.environ, **settings}, capture_output=True, text=True, check=False)
