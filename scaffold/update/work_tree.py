"""A service's work tree as the place of a change: its files and git's index, with a journal in git's own folder."""

from __future__ import annotations

from pathlib import Path

from scaffold.atomic.transaction import Place, Transaction
from scaffold.errors import ServiceError
from scaffold.git.repository import Repository

NAME = "scaffold-update"


def folder_of(git_dir: Path) -> Path:
    """Return where a work tree's journal is."""
    return git_dir / NAME


def work_tree(repository: Repository) -> Path:
    """Return the top of a repository's work tree.

    Raises:
        ServiceError: when it is a bare one.
    """
    if repository.top is None:
        raise ServiceError(f"{repository.git_dir} has no work tree; name the folder of a checkout.")
    return repository.top


def transaction_of(repository: Repository) -> Transaction:
    """Return the change of a repository's work tree and index that its journal describes.

    Raises:
        ServiceError: when it is a bare one.
    """

    def is_changed() -> bool:
        options = ("--porcelain", "-z", "--untracked-files=no", "--ignore-submodules=dirty", "--no-renames")
        return repository.git("status", *options) != b""

    git_dir = repository.git_dir
    index, lock = git_dir / "index", git_dir / "index.lock"
    return Transaction(Place(folder_of(git_dir), work_tree(repository), index, lock, "update", is_changed))
