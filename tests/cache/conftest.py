"""A cache of the test's own, a small template, and an attacker who fills the one with code of his for the other."""

from __future__ import annotations

import marshal
from collections.abc import Callable
from pathlib import Path

import pytest

from scaffold.files import cache
from tests.support.caches import EXPECTED, rendered


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder below which the cache lies; it is the user's alone, as long as the test does not change that."""
    home = tmp_path / "caches"
    home.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_CACHE_HOME", str(home))
    monkeypatch.setattr(cache, "_notes", {})
    return home


@pytest.fixture
def template(tmp_path: Path) -> Path:
    root = tmp_path / "template"
    root.mkdir()
    (root / "a.jinja").write_text("file {{ name }}\n")
    return root


@pytest.fixture
def poison(home: Path, template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], Path]:
    """Fill the cache as an attacker does, with entries that are whole; return the file that their code would make."""

    def fill() -> Path:
        canary = tmp_path / "canary"
        code = compile(f"open({str(canary)!r}, 'w').close()", "poison", "exec")
        dump, dumps = marshal.dump, marshal.dumps
        with monkeypatch.context() as patch:
            patch.setattr(marshal, "dumps", lambda _: dumps(code))
            patch.setattr(marshal, "dump", lambda _, file: dump(code, file))
            assert rendered(template) == EXPECTED
        return canary

    return fill
