"""A file is one idea, and short enough to be read at once; what tests share has a module of its own."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from workshop.goldens import ROOT

MOST = 300
"""Lines of a module."""

RENDERED = (":!templates", ":!examples")
"""What users get is as long as its language wants it."""


def modules(root: Path) -> list[Path]:
    """Return each module of our own that git knows, or would."""
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", "*.py", *RENDERED]
    done = subprocess.run(listed, cwd=root, capture_output=True, text=True, check=True)
    return [root / name for name in done.stdout.splitlines() if (root / name).is_file()]


def test_no_module_has_more_lines() -> None:
    found = modules(ROOT)
    lengths = {path.relative_to(ROOT).as_posix(): len(path.read_text().splitlines()) for path in found}
    assert {"scaffold/engine/render.py", "tests/test_house.py", "workshop/goldens.py"} <= set(lengths)
    assert {name: length for name, length in lengths.items() if length > MOST} == {}, "split each by its ideas"


def test_no_test_takes_from_another() -> None:
    """What two modules of tests use is neither's: it lies beside them, or in tests/support."""
    importing = re.compile(r"^\s*(?:from|import) tests\.(?:\w+\.)*test_\w+", re.MULTILINE)
    found = [path.relative_to(ROOT).as_posix() for path in modules(ROOT) if importing.search(path.read_text())]
    assert found == []
