"""The stage of commands that documents show: whose settings and programs it has, and what it leaves behind."""

from __future__ import annotations

import pytest

from workshop import stage


def test_with_only_git_no_other_program_is_found() -> None:
    with stage.empty(only_git=True) as place:
        assert place.run("git --version").code == 0
        assert place.run("scaffold --version").output.startswith("scaffold, version ")
        with pytest.raises(FileNotFoundError):
            place.run("ls")


def test_nothing_of_the_surroundings_is_seen_and_nothing_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GIT_DIR", "SCAFFOLD_TEMPLATE", "XDG_CONFIG_HOME"):
        monkeypatch.setenv(name, "/theirs")
    with stage.empty() as place:
        assert list(place.folder.iterdir()) == []
        seen = place.run("env").output
        assert "/theirs" not in seen
        assert place.run("git init").code == 0
        assert [each.name for each in place.folder.iterdir()] == [".git"]
    assert not place.folder.parent.exists()
