"""`./dev tags` makes the tags that are missing, and moves none."""

from __future__ import annotations

from pathlib import Path

from tests.releasing.project import python, state
from workshop.history import git


def test_lost_tags_are_made_again(copy: Path) -> None:
    before = state(copy)
    git(copy, "tag", "--delete", "v1.0.0", "v1.1.0")
    assert "made v1.0.0, v1.1.0" in python(copy, "-m", "releasing", "tags").stdout
    assert "every release has its tag" in python(copy, "-m", "releasing", "tags").stdout
    assert state(copy) == before


def test_a_tag_elsewhere_is_not_moved(copy: Path) -> None:
    git(copy, "tag", "--force", "v1.0.0", "HEAD")
    done = python(copy, "-m", "releasing", "tags")
    assert done.returncode == 5
    assert "tag v1.0.0 names " in done.stderr
