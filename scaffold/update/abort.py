"""Take an update back that is not committed yet."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from scaffold.errors import ServiceError
from scaffold.git.repository import Repository
from scaffold.update import journal as journals
from scaffold.update.apply import change
from scaffold.update.changes import PathChange
from scaffold.update.journal import DONE, Journal
from scaffold.update.transaction import Transaction

THROWN_AWAY = "refs/scaffold/aborted"
"""What an abort throws away is kept here; its reflog has the earlier ones."""


def abort(repository: Repository) -> Journal:
    """Bring the files of the last update back to the commit that it started from; return its journal.

    Other files are not touched. What was in those files is kept as the commit THROWN_AWAY. The caller holds the lock.

    Raises:
        ServiceError: when there is no update to take back: it is committed, or there was none.
        DestinationError: when something can't be written; all is then as it was.
    """
    transaction = Transaction(repository)
    journal = journals.read(transaction.folder)
    head = repository.git("rev-parse", "HEAD").decode().strip()
    if journal is None or journal.phase != DONE:
        raise ServiceError(f"no update of {transaction.top} waits to be committed, so there is none to abort.")
    if journal.head != head:
        raise ServiceError(
            f"the update to {journal.note['to']} is committed already; git revert takes it back, "
            f"and git show {journal.head[:12]} is what was before."
        )
    paths = [step.path for step in journal.steps]
    _keep(repository, paths, head, f"scaffold update --abort: {journal.note['from']} to {journal.note['to']}")
    earlier = repository.tree(head)
    changes = [PathChange(path, None, earlier.get(path)) for path in paths]
    change(repository, transaction, head, changes, journal.note, undo=True)
    return journal


def _keep(repository: Repository, paths: list[str], head: str, message: str) -> None:
    """Commit these files as they are now to THROWN_AWAY, by an index of its own."""
    with tempfile.TemporaryDirectory(prefix="scaffold-") as name:
        shutil.copy2(repository.git_dir / "index", Path(name) / "index")
        place = {"GIT_INDEX_FILE": Path(name) / "index"}
        listing = b"".join(os.fsencode(path) + b"\0" for path in paths)
        repository.git("update-index", "--add", "--remove", "-z", "--stdin", stdin=listing, environment=place)
        tree = repository.git("write-tree", environment=place).decode().strip()
    author = {
        f"GIT_{who}_{what}": value
        for who in ("AUTHOR", "COMMITTER")
        for what, value in (("NAME", "scaffold"), ("EMAIL", "scaffold@localhost"))
    }
    commit = repository.git("commit-tree", tree, "-p", head, "-m", message, environment=author).decode().strip()
    repository.git("update-ref", "--create-reflog", "-m", message, THROWN_AWAY, commit, environment=author)
