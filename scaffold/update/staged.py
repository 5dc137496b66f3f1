"""What is staged, and not committed, of the files that the services of a repository share.

An update without a commit leaves its lines staged there. The update of the next service begins with them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType

from scaffold.files.at_top import SHARED
from scaffold.git.objects import Blob
from scaffold.git.repository import Repository

Staged = Mapping[str, Blob | None]
"""By its path from the top: the staged file; None where its removal is staged."""

NOTHING_STAGED: Staged = MappingProxyType({})


def staged_at_top(repository: Repository, commit: str) -> Staged:
    """Return what git's index has instead of the commit's shared files; none that has a conflict.

    Raises:
        GitError: when git refuses.
    """
    if repository.top is None:
        return NOTHING_STAGED
    pathspecs = [f":(top,literal){path}" for path in sorted(SHARED)]
    listing = os.fsdecode(repository.git("ls-files", "--stage", "-z", "--", *pathspecs)).split("\0")[:-1]
    found: dict[str, Blob] = {}
    unmerged = set()
    for each in listing:
        head, path = each.split("\t", 1)
        mode, object_id, stage = head.split()
        found[path] = Blob(mode, object_id)
        if stage != "0":
            unmerged.add(path)
    committed = repository.tree(commit)
    return {path: found.get(path) for path in SHARED - unmerged if found.get(path) != committed.get(path)}


def with_staged(tree: Mapping[str, Blob], staged: Staged) -> dict[str, Blob]:
    """Return the files of a tree, with those that are staged."""
    whole: dict[str, Blob | None] = {**tree, **staged}
    return {path: blob for path, blob in whole.items() if blob}
