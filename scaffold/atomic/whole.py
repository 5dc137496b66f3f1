"""Write and remove files below a folder, all or nothing, where no git is needed: what counts is a file of our own."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from scaffold.atomic import journal as journals
from scaffold.atomic import recorded
from scaffold.atomic.journal import DONE, PREPARED, UNDO, Journal, Step, signature
from scaffold.atomic.lock import held
from scaffold.atomic.recorded import UnreadableJournalError
from scaffold.atomic.transaction import Place, Transaction
from scaffold.errors import DestinationError, ServiceError
from scaffold.files.folder import RenderedFile, read_rendered, write_files
from scaffold.files.place import take_over

_WRITTEN, _RECORDED = "written", "in git"
NO_COMMIT = "0" * 40
"""The head of a change that starts from no commit."""


@dataclass(frozen=True)
class Change:
    """Files to write by their path, and paths to remove. `note` has what the journal is to say: `from` and `to`.

    `head` is the commit that it starts from. `index` is git's index to come, for a change that git records; any other
    change leaves git as it is.
    """

    files: Mapping[str, RenderedFile]
    removed: Collection[str]
    note: Mapping[str, str]
    head: str = NO_COMMIT
    index: bytes | None = None
    undo: bool = False


class Whole:
    """A folder that is changed as a whole: its `place`, and the same folder `in_git` for changes that git records."""

    def __init__(self, place: Place, in_git: Place | None = None) -> None:
        """Take the places, which have one journal."""
        self._place = place
        self._in_git = in_git or place
        self._folder = place.folder

    def _transaction(self, *, is_in_git: bool) -> Transaction:
        return Transaction(self._in_git if is_in_git else self._place)

    def recover(self) -> None:
        """Finish, or take back, what a killed change has left.

        Raises:
            ServiceError: when another process is at it, or the journal is none of ours.
            DestinationError: when the disk refuses.
        """
        if any(journals.file_of(self._folder, phase).exists() for phase in journals.PHASES[:-1]):
            with self._alone():
                pass

    def write(self, change: Change) -> None:
        """Carry a change out.

        Raises:
            ServiceError: when another process changes the folder.
            GitError: when `last` fails.
            DestinationError: when the disk refuses. In all cases nothing is changed.
        """
        with self._alone():
            self._write(change)

    def undo(self, what: str) -> Journal:
        """Take the last change back, and return its journal; `what` is what it must have been (`from` of its note).

        Raises:
            ServiceError: when there is none, or its files were changed since.
            DestinationError: when the disk refuses.
        """
        with self._alone():
            last = recorded.read(self._folder)
            if last is None or last.phase != DONE or last.note["from"] != what:
                raise ServiceError(f"the last change of {self._place.top} is not a {what}; nothing was changed.")
            if self._digest(last) != last.note.get(_WRITTEN):
                raise ServiceError(f"files were changed after the {what}; use git to take it back.")
            recorded.refuse_linked_sources(self._folder, last)
            kept = self._folder / UNDO
            files = {step.path: _kept(kept, step.path) for step in last.steps if step.before is not None}
            gone = [step.path for step in last.steps if step.before is None]
            self._write(Change(files, gone, last.note, undo=True))
            return last

    @contextmanager
    def _alone(self) -> Iterator[None]:
        beside = self._folder.parent
        try:
            beside.mkdir(exist_ok=True)
        except OSError as error:
            raise DestinationError(f"{beside} can't be made: {error.strerror}. Nothing was changed.") from error
        with held(beside / "lock", what=f"{self._place.name} of {self._place.top}"):
            self._transaction(is_in_git=self._is_in_git()).recover()
            yield

    def _is_in_git(self) -> bool:
        """Return whether the journal is that of a change that git records."""
        try:
            journal = recorded.read(self._folder)
        except UnreadableJournalError:
            return False
        return journal is not None and journal.note.get(_RECORDED) == "yes"

    def _write(self, change: Change) -> None:
        folder = self._folder
        transaction = self._transaction(is_in_git=change.index is not None)
        with journals.preparing(folder):
            (folder / journals.OLD).mkdir()
            journal = self._prepare(transaction, change)
            journals.write(folder, journal)
        transaction.run(journal)

    def _prepare(self, transaction: Transaction, change: Change) -> Journal:
        folder, top = self._folder, self._place.top
        write_files(folder / "new", change.files.values())
        index = secrets.token_hex(16).encode() if change.index is None else change.index
        (folder / "index").write_bytes(index)
        transaction.refuse_links([*change.files, *change.removed])
        steps = [Step(path, path in change.files, signature(top / path)) for path in (*change.files, *change.removed)]
        for step in steps:
            if step.write and step.before is not None:
                take_over(folder / "new" / step.path, (top / step.path).lstat())
        transaction.keep_old(step.path for step in steps if step.before)
        note = {
            **change.note,
            _WRITTEN: _digest_of(change.files, change.removed),
            **({} if change.index is None else {_RECORDED: "yes"}),
        }
        return Journal(PREPARED, change.head, tuple(steps), signature(transaction.index), note, change.undo)

    def _digest(self, journal: Journal) -> str:
        """Return the digest of the files of a change as they are now."""
        top = self._place.top
        there = {step.path: _kept(top, step.path) for step in journal.steps if (top / step.path).is_file()}
        return _digest_of(there, [step.path for step in journal.steps if step.path not in there])


def _kept(folder: Path, path: str) -> RenderedFile:
    try:
        return read_rendered(path, folder / path, below=folder)
    except OSError as error:
        raise DestinationError(f"{folder / path} can't be read: {error.strerror}. Nothing was changed.") from error


def _digest_of(files: Mapping[str, RenderedFile], gone: Collection[str]) -> str:
    whole = hashlib.sha256()
    for path in sorted([*files, *gone]):
        content = files[path].content if path in files else b""
        whole.update(f"{path}\0{path in files}\0{len(content)}\0".encode(errors="surrogateescape") + content)
    return whole.hexdigest()
