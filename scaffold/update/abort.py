"""Take an update back that is not committed yet."""

from __future__ import annotations

import os

from scaffold.atomic import recorded
from scaffold.atomic.journal import DONE, Journal
from scaffold.engine.answers_file import NAME as FILE
from scaffold.errors import DestinationError, ServiceError
from scaffold.git.objects import Blob
from scaffold.git.repository import Repository
from scaffold.update.apply import TreeChange, carry_out
from scaffold.update.changes import PathChange
from scaffold.update.staged import with_staged
from scaffold.update.thrown_away import keep
from scaffold.update.work_tree import transaction_of


def abort(repository: Repository, prefix: str = "") -> Journal:
    """Bring the files of the last update back to the commit that it started from, or to what was staged of them then.

    Return its journal. `prefix` is the folder of the service, "" for whichever it is. Other files are not touched. What
    was in those files is kept as the commit THROWN_AWAY. The caller holds the lock.

    Raises:
        ServiceError: when there is no update to take back: it is committed, another service's, or there was none.
        DestinationError: when something can't be written; all is then as it was.
    """
    transaction = transaction_of(repository)
    journal = recorded.read(transaction.folder)
    head = repository.git("rev-parse", "HEAD").decode().strip()
    if journal is None or journal.phase != DONE:
        raise ServiceError(f"there is no uncommitted update of {transaction.top} to abort.")
    if journal.head != head:
        raise ServiceError(
            f"the {_what(journal)} is already committed; undo it with git revert. "
            f"The commit before it is {journal.head[:12]}."
        )
    _refuse_another(journal, prefix)
    paths, written = journal.paths, {step.path for step in journal.steps}
    transaction.refuse_links(paths)
    absent = {path for path in journal.absent if path in written or not os.path.lexists(transaction.top / path)}
    message = f"scaffold update --abort: {journal.note['from']} to {journal.note['to']}"
    if not journal.note["from"]:
        message = f"scaffold adopt --abort: {journal.note['to']}"
    kept = [path for path in paths if path in written or path not in absent]
    try:
        keep(repository, transaction.folder, kept, message)
    except OSError as error:
        raise DestinationError(
            f"{error.filename or transaction.folder}: {error.strerror}. Nothing was changed."
        ) from error
    staged = {path: Blob(*blob.split()) if blob else None for path, blob in journal.staged.items()}
    earlier = with_staged(repository.tree(head), staged)
    changes = tuple(PathChange(path, None, earlier.get(path)) for path in paths)
    change = TreeChange(head, changes, marks=journal.marks, absent=frozenset(absent), undo=True)
    carry_out(repository, transaction, change, journal.note)
    return journal


def _what(journal: Journal) -> str:
    """Return what was done; there is no version before that of a service that was adopted."""
    return f"update to {journal.note['to']}" if journal.note["from"] else f"adoption by {journal.note['to']}"


def _refuse_another(journal: Journal, prefix: str) -> None:
    """Refuse to undo an update of another service than that in `prefix`: each update writes the answers file."""
    updated = [path.removesuffix(FILE) for path in journal.paths if path == FILE or path.endswith(f"/{FILE}")]
    if prefix and prefix not in updated and (other := next(iter(updated), "")):
        raise ServiceError(
            f"the last change here is of {other[:-1]}, not of {prefix[:-1]}; name that folder, "
            "or undo the other changes with git restore."
        )
