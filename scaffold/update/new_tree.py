"""What a command gives: a tree for a repository's work tree, its index, and perhaps its next commit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from scaffold.git.repository import Repository
from scaffold.update.merge import Conflict
from scaffold.update.staged import Staged


@dataclass(frozen=True)
class NewTree:
    """The id of the whole repository's new `tree`, for the service in the folder `prefix`: "" or "a/b/".

    It comes after `commit`, and begins with the tree `start`: the commit's, with what is `staged` of the files that
    services share. `conflicts` are left to resolve, and `beside` are untracked files (path to bytes).
    """

    repository: Repository
    commit: str
    prefix: str
    start: str
    tree: str
    conflicts: tuple[Conflict, ...] = ()
    beside: Mapping[str, bytes] = field(default_factory=dict)
    staged: Staged = field(default_factory=dict)
