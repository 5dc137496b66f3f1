"""The demo's service stands in a folder of this repository, and changes nothing else in it."""

from __future__ import annotations

import subprocess
from pathlib import Path

from workshop import demo


def test_the_service_is_complete_and_puts_nothing_outside_its_folder(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet", tmp_path], check=True)
    folder = tmp_path / "build/demo"
    demo.make(folder)
    assert [each.name for each in tmp_path.iterdir() if each.name != ".git"] == ["build"]
    assert (folder / ".github/workflows/ci.yml").is_file()
