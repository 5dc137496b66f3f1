"""A PATH that has helm, for the tests of charts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.check.helm import path_with_helm


@pytest.fixture
def with_helm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", path_with_helm(tmp_path))
