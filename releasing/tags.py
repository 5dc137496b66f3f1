"""Git's tags, made from releases.yml: plain Copier reads tags, and a repository may lose them on its way."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from scaffold import git
from scaffold.errors import GitError
from scaffold.releases.known import Release


def make_tags(git_dir: Path, releases: Iterable[Release]) -> list[str]:
    """Make the tag of each release that lacks it in the repository `git_dir`; return the names of the new ones.

    They are lightweight: a tag is only a name for the commit that releases.yml records.

    Raises:
        GitError: when a tag names another commit, or a commit is not there.
    """
    made = []
    for release in releases:
        there = git.ask(git_dir, "rev-parse", "--verify", "--quiet", f"refs/tags/{release.tag}^{{commit}}")
        if there is None:
            git.read(git_dir, "update-ref", f"refs/tags/{release.tag}", release.commit, "")
            made.append(release.tag)
        elif there != release.commit:
            raise GitError(
                f"tag {release.tag} names {there[:12]}, releases.yml says {release.commit[:12]}; "
                f"look which is right, then `git tag -d {release.tag}` or mend releases.yml."
            )
    return made
