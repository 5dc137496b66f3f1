"""A template of one file, beside a folder that no template may read."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.small_templates import template_in


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/secret.yml").write_text("secret: canary\n")
    return template_in(tmp_path / "template", {"fine": "fine"})
