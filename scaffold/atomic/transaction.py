"""Change the files of a folder, and one that counts (of a work tree git's index), all or nothing.

Everything that may fail for lack of space comes first and changes nothing: the new files lie beside the journal, the
old ones have a second name there. Then a process of its own takes a lock (of a work tree git's index lock) and renames
the files into place. If it is killed, the one that waits for it finishes; if that one is killed, it goes on; if both
are, the next command finds in the journal what to finish. So git and the user see the state before or the state after.

A power cut is another matter: the journal is on the disk before the first rename, but like git itself with files of a
work tree and with its index (`core.fsync`), this forces nothing else there. What is committed is whole after it, and
the update is made again.
"""

from __future__ import annotations

import errno
import filecmp
import os
import shutil
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from scaffold.atomic import journal as journals
from scaffold.atomic import recorded
from scaffold.atomic.guard import guarded
from scaffold.atomic.journal import BACK, DONE, FORWARD, PREPARED, Journal, signature
from scaffold.atomic.recorded import UnreadableJournalError, linked_parent
from scaffold.errors import DestinationError, GitError, ServiceError

_KINDS = {"service": ServiceError, "destination": DestinationError, "git": GitError}


@dataclass(frozen=True)
class Place:
    """What a change is of: the files below `top`. `folder` has the journal, and all is on one file system.

    `index` is put in place last, and shows that the change is complete; `lock` keeps others from changing it.
    `last` is done just before, again after a kill: it raises a GitError when it fails, and has then changed nothing.
    `is_changed` shows whether files differ from those that git keeps. With `keeps_old`, the replaced files are kept
    until the next change. `name` is what a message calls the change.
    """

    folder: Path
    top: Path
    index: Path
    lock: Path
    name: str
    is_changed: Callable[[], bool]
    last: Callable[[Journal], None] = lambda _: None
    keeps_old: bool = False


class Transaction:
    """The change that the journal of a place describes."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.folder, self.top, self.index, self.lock = place.folder, place.top, place.index, place.lock

    def keep_old(self, paths: Iterable[str]) -> None:
        """Give each file that will be replaced a second name, which costs no space and keeps it whole."""
        for path in paths:
            old = self.folder / "old" / path
            old.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(self.top / path, old, follow_symlinks=False)
            except OSError:  # a file system without hard links, or another one
                shutil.copy2(self.top / path, old, follow_symlinks=False)

    def run(self, journal: Journal) -> None:
        """Carry a change out that is prepared, and whose journal is written.

        Raises:
            ServiceError: when somebody else changes the repository at this moment.
            DestinationError: when a file can't be written. In both cases all is as it was.
        """
        said = guarded(lambda: self._begin(journal))
        if said:
            kind, _, message = said.partition(":")
            raise _KINDS[kind](message)
        if said is None:  # the worker was killed
            self.recover()
            if not self._is_complete(journal):
                raise ServiceError("the process that writes was killed, and nothing was changed; run it again.")

    def _is_complete(self, journal: Journal) -> bool:
        left = recorded.read(self.folder)
        if journal.undo:
            return left is None
        return left is not None and left.phase == DONE and left.steps == journal.steps

    def refuse_links(self, paths: Iterable[str]) -> None:
        """Refuse paths behind a symbolic link: they lead out of the work tree, or into another part of it.

        Raises:
            ServiceError: when there is one.
        """
        for path in paths:
            if parent := linked_parent(self.top, path):
                raise ServiceError(f"{parent} is a symbolic link, and {path} would lie behind it; remove the link.")

    def recover(self) -> None:
        """Finish, or undo, what a killed change has left; remove what it left besides.

        Raises:
            DestinationError: when something can't be written; the journal stays, so it can be tried again.
            ServiceError: when the journal can't be read though files are changed, or is none that scaffold wrote.
        """
        try:
            journal = self._journal()
            if journal is None or journal.phase == DONE:
                journals.clear(self.folder)
                return
            self.refuse_links(step.path for step in journal.steps)
            recorded.refuse_linked_sources(self.folder, journal)
            if journal.phase == FORWARD:
                self._resume(journal)
            elif journal.phase == BACK:
                self._retreat(journal)
            else:
                self._refuse(journal)
        except OSError as error:
            what = f"{error.filename2 or error.filename}: {error.strerror}"
            raise DestinationError(f"an interrupted {self.place.name} can't be finished: {what}.") from error

    def _journal(self) -> Journal | None:
        """Return the journal; one that can't be read counts as none where nothing is changed."""
        for _ in journals.PHASES:
            try:
                return recorded.read(self.folder)
            except UnreadableJournalError as error:
                self._unlock()
                if error.phase != PREPARED and self.place.is_changed():
                    raise ServiceError(
                        f"{error.file} can't be read, so the changes of an interrupted {self.place.name} are unknown; "
                        "git stash or git commit what git status shows, then run it again."
                    ) from error
                _remove_file(error.file)
        return recorded.read(self.folder)

    def _begin(self, journal: Journal) -> str:
        """Take the lock and go; return nothing, or what went wrong."""
        try:
            self._take_lock()
        except FileExistsError:
            journals.give_up(self.folder, journal)
            return f"service:{self.lock} exists: another git process is running here; if none is, remove that file."
        except OSError as error:
            journals.give_up(self.folder, journal)
            return f"destination:{self.lock} can't be made: {error.strerror}. Nothing was changed."
        if signature(self.index) != journal.index_before:
            self._refuse(journal)
            return f"service:{self.top} was changed by another git just now; run the {self.place.name} again."
        for step in journal.steps:
            if signature(self.top / step.path) != step.before:
                self._refuse(journal)
                return f"service:{step.path} was changed just now; run the {self.place.name} again."
        return self._forward(journals.enter(self.folder, journal, FORWARD))

    def _refuse(self, journal: Journal) -> None:
        """Leave all as it is, and free the lock where this change has it."""
        self._unlock()
        journals.give_up(self.folder, journal)

    def _resume(self, journal: Journal) -> None:
        if self._is_index_to_come(self.lock):
            self._forward(journal)
        elif self._is_index_to_come(self.index):
            self._finish(journal)
        else:  # somebody removed the lock by hand: the repository is theirs now
            journals.give_up(self.folder, journal)

    def _forward(self, journal: Journal) -> str:
        """Move everything in; what was moved in already is passed over."""
        try:
            for step in journal.steps:
                if not step.write:
                    self._remove(step.path)
            for step in journal.steps:
                if step.write:
                    self._move(self.folder / "new" / step.path, self.top / step.path)
            self.place.last(journal)
            self.lock.replace(self.index)
        except GitError as error:
            self._retreat(journals.enter(self.folder, journal, BACK))
            return f"git:{error}"
        except OSError as error:
            self._retreat(journals.enter(self.folder, journal, BACK))
            return f"destination:{error.filename2 or error.filename}: {error.strerror}. Nothing was changed."
        self._finish(journal)
        return ""

    def _finish(self, journal: Journal) -> None:
        journals.finish(self.folder, journal, keep_old=self.place.keeps_old)

    def _retreat(self, journal: Journal) -> None:
        """Move the old files back; what has no old file was not there."""
        for step in journal.steps:
            old, path = self.folder / "old" / step.path, self.top / step.path
            if signature(path) == step.before:
                continue
            if os.path.lexists(old):
                self._move(old, path)
            elif step.before is None:
                self._remove(step.path)
        self._refuse(journal)

    def _take_lock(self) -> None:
        """Make the index to come git's lock, by a second name: so it is whole, and known as this change's own."""
        try:
            os.link(self.folder / "index", self.lock)
        except OSError as error:
            if isinstance(error, FileExistsError) or error.errno == errno.ENOSPC:
                raise
            content = (self.folder / "index").read_bytes()
            with self.lock.open("xb") as lock:  # a file system without hard links
                try:
                    lock.write(content)
                    lock.flush()
                except OSError:
                    self.lock.unlink()
                    raise

    def _is_index_to_come(self, file: Path) -> bool:
        try:
            return filecmp.cmp(self.folder / "index", file, shallow=False)
        except OSError:
            return False

    def _unlock(self) -> None:
        """Free git's index where the lock is this change's own, whole or cut off."""
        if self._is_index_to_come(self.lock) or self._is_cut_off():
            self.lock.unlink(missing_ok=True)

    def _is_cut_off(self) -> bool:
        """Return whether the lock is a copy of the index to come that was not written to its end."""
        try:
            lock, whole = self.lock.read_bytes(), (self.folder / "index").read_bytes()
        except OSError:
            return False
        return len(lock) > _HEADER and whole.startswith(lock)

    def _remove(self, path: str) -> None:
        with suppress(FileNotFoundError, NotADirectoryError):
            (self.top / path).unlink()
        for parent in (self.top / path).parents:
            if parent == self.top:
                return
            try:
                parent.rmdir()
            except OSError:
                return

    def _move(self, source: Path, target: Path) -> None:
        """Rename a file over another; when the source is gone, that was done before."""
        if not os.path.lexists(source):
            return
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            source.replace(target)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
            beside = target.with_name(f".{target.name}.scaffold")
            beside.unlink(missing_ok=True)
            try:
                shutil.copy2(source, beside, follow_symlinks=False)
                beside.replace(target)
            except OSError:
                beside.unlink(missing_ok=True)
                raise
            source.unlink()


_HEADER = 512
"""Bytes. An index that another git has begun to write could begin as ours for so long: a few entries."""


def _remove_file(file: Path) -> None:
    if file.is_dir() and not file.is_symlink():
        shutil.rmtree(file)
    else:
        file.unlink(missing_ok=True)
