"""A terminal in which `scaffold new` asks, driven by another program through a real pseudo-terminal."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pytest

from tests.prompt.terminal import Terminal
from workshop import goldens

Start = Callable[..., Terminal]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Start]:
    """Start `scaffold new` with the template of this work tree; the user's folders are the test's own."""
    for name in ("CONFIG", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    work = tmp_path / "work"
    work.mkdir()
    started = []

    def start(*options: str, columns: int = 160, cwd: Path = work, version: str = "HEAD") -> Terminal:
        env = {
            **{
                key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES")
            },  # the terminal tells
            "PYTHONPATH": str(goldens.ROOT),
            "NO_COLOR": "1",
            "TERM": "xterm",
            "PROMPT_TOOLKIT_NO_CPR": "1",
        }
        which = () if "--resume" in options else ("--vcs-ref", version)
        child = pexpect.spawn(
            sys.executable,
            ["-m", "scaffold", "new", *options, *which],
            cwd=str(cwd),
            env=env,
            encoding="utf-8",
            codec_errors="replace",  # the echo of a key can come within a character
            timeout=30,
            dimensions=(60, columns),
        )
        started.append(child)
        return Terminal(child, cwd)

    yield start
    for child in started:
        child.close(force=True)


@pytest.fixture
def terminal(start: Start) -> Terminal:
    """Return a terminal in which `scaffold new` was started without a folder."""
    return start()
