"""What tests use of Rust's programs, got by Cargo and built once for each version."""

from __future__ import annotations

import os
import shutil
from functools import cache
from pathlib import Path

from workshop import goldens
from workshop.command import succeed
from workshop.machine import CACHE, locked


def missing() -> str | None:
    """Tell why no tool can be built here, or nothing where they can."""
    return None if shutil.which("cargo") else "Cargo not found, which builds watchexec"


@cache
def watchexec() -> Path:
    """Return watchexec in the version that services name, built now where it is not there yet."""
    version = goldens.answers_of("frontend-rust").context["languages"]["rust"]["watchexec"]
    folder = CACHE / f"watchexec-{version}"
    path = folder / "bin" / "watchexec"
    with locked("watchexec"):
        if not path.exists():
            command = ["cargo", "install", "--quiet", "--debug", "--locked", "--no-track", "--root", str(folder)]
            target = {"CARGO_TARGET_DIR": str(folder / "target"), "CARGO_PROFILE_DEV_DEBUG": "0"}
            succeed([*command, f"watchexec-cli@{version}"], env=os.environ | target, cwd="/", seconds=3000)
            shutil.rmtree(folder / "target")
    return path
