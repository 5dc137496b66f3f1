"""Names that git takes."""

from __future__ import annotations

from scaffold.git.command import try_git


def is_branch_name(name: str) -> bool:
    """Return whether git takes a new branch of that name (`git help check-ref-format`).

    Raises:
        GitError: when git is missing.
    """
    if name.startswith("-") or "\0" in name:
        return False
    return try_git("check-ref-format", f"refs/heads/{name}", looking=True).code == 0
