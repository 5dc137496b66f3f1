"""Names that git or another system refuses are refused."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from scaffold.files.names import clash, is_git, problem
from workshop.history import git

GITS = [".git", ".GIT", ".Git", ".git.", ".git ", ".git . ", "git~1", "GIT~1", "git~1.", ".git::$INDEX_ALLOCATION", ".g\u200cit",
        ".git\u200c", "\ufeff.git", ".gi\u206at", ".git:x"]  # fmt: skip
OTHERS = [".gitignore", ".github", "git", ".git1", "git~10", "x.git", ".gitt", "git~1x", ".git-", "..git"]


@pytest.mark.parametrize("name", GITS + OTHERS)
def test_git_itself_refuses_the_same_names(name: str, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "file").write_text("x")
    blob = git(tmp_path, "hash-object", "-w", "file")
    protected = ("-c", "core.protectHFS=true", "-c", "core.protectNTFS=true")
    added = subprocess.run(
        ["git", "-C", tmp_path, *protected, "update-index", "--add", "--cacheinfo", f"100644,{blob},{name}/x"],
        capture_output=True, check=False,
    )  # fmt: skip
    assert is_git(name) == (added.returncode != 0) == (name in GITS)


def test_ordinary_paths_are_fine() -> None:
    for path in ("a", "a/b.c", ".gitignore", ".github/x", "x" * 255, "aux.py", "a b", "é", "ab:c", "~x", "-x"):
        assert problem(path) is None


def test_paths_that_clash() -> None:
    assert clash(("a", "b/c", "b/d")) is None
    assert "differ only in case" in str(clash(("Readme.md", "README.md")))
    assert "differ only in case" in str(clash(("\u00e9", "e\u0301")))
    assert clash(("a/b", "a")) == "a is a file and, because of a/b, a folder."
    assert clash(("A", "a/b/c")) == "A is a file and, because of a/b/c, a folder."
