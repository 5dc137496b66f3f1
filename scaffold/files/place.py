"""Moves files into a folder that is there already: each in one step, and all of them or none.

What else is in the folder is not touched: no other file is read, copied or replaced, and the folder itself stays, with
its owner, as a mount point, or as somebody's working folder.
"""

from __future__ import annotations

import filecmp
import os
import shutil
import signal
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from scaffold.errors import DestinationError, OptionError
from scaffold.files.staging import Staging

_LAST = ".git"
"""What is moved as a whole, when everything else is in its place: from then on it is a repository."""


def require_folder(folder: Path) -> None:
    """Refuse what is named as a service's folder and is none.

    Raises:
        OptionError: when it is not a folder.
    """
    if not folder.is_dir():
        raise OptionError(f"{folder} is not a folder; name the folder of a service.")


def put_in_place(stage: Path, destination: Path, staging: Staging) -> None:
    """Move what `stage` holds into `destination`; files of the same name are replaced, and kept in `staging` meanwhile.

    A file that holds the same already is left as it is. A replaced one keeps its owner and its mode, but for the right
    to run it.

    Raises:
        DestinationError: when a symbolic link, a file or a folder is in the way.
        OSError: when the disk refuses. In both cases nothing has changed, or the message shows what has.
    """
    folders, files = _listed(stage)
    for name in folders:
        _refuse_no_folder(destination, name)
    for name in files:
        _refuse_no_file(destination, name)
    kept = staging.path / "old"
    kept.mkdir()
    steps = _Steps(staging)
    try:
        for name in folders:
            steps.make_folder(destination / name)
        for number, name in enumerate(files):
            steps.move(stage / name, destination / name, kept / str(number))
    except BaseException:
        steps.take_back()
        raise


def _listed(stage: Path) -> tuple[list[str], list[str]]:
    """Return the folders, parents first, and the files; git's own folder counts as one file, the last."""
    folders, files = [], []
    for parent, below, names in os.walk(stage):
        if Path(parent) == stage and _LAST in below:
            below.remove(_LAST)
        start = Path(parent).relative_to(stage)
        folders += [str(start / name) for name in below]
        files += [str(start / name) for name in names]
    return folders, [*sorted(files), *([_LAST] if (stage / _LAST).is_dir() else [])]


def _refuse_no_folder(destination: Path, name: str) -> None:
    folder = destination / name
    if folder.is_symlink():
        raise DestinationError(f"{name} is a symbolic link; remove it, or make it a folder. Nothing was written.")
    if folder.exists() and not folder.is_dir():
        raise DestinationError(f"{name} is a file, where a folder is needed; move it away. Nothing was written.")


def _refuse_no_file(destination: Path, name: str) -> None:
    file = destination / name
    if name == _LAST and os.path.lexists(file):
        raise DestinationError(
            f"{file} is there, but git can't use it; move it away, or add --no-git. Nothing was written."
        )
    if file.is_dir() and not file.is_symlink():
        raise DestinationError(f"{name} is a folder, where a file is needed; move it away. Nothing was written.")


@dataclass
class _Steps:
    """What was done, and how to take it back."""

    staging: Staging
    _undo: list[tuple[str, Callable[[], None]]] = field(default_factory=list)

    def make_folder(self, folder: Path) -> None:
        try:
            folder.mkdir()
        except FileExistsError:
            return
        self._undo.append((str(folder), lambda: _remove_if_empty(folder)))

    def move(self, new: Path, target: Path, kept: Path) -> None:
        status = target.lstat() if os.path.lexists(target) else None
        if status is None:
            self._undo.append((str(target), lambda: _remove(target, new)))
            _move_to_free_place(new, target)
        elif not _same(new, target, status):
            _keep(target, kept)
            take_over(new, status)
            self._undo.append((str(target), lambda: _move_back(kept, target)))
            new.replace(target)

    def take_back(self) -> None:
        """Take all back, the last step first.

        Raises:
            DestinationError: when the disk refuses that, too; what was there before is then kept beside it.
        """
        failed = []
        with _no_interrupt():
            for name, step in reversed(self._undo):
                try:
                    step()
                except OSError:
                    failed.append(name)
        if failed:
            self.staging.keep = True
            raise DestinationError(
                f"{failed[0]} could not be restored; its old content is in {self.staging.path / 'old'}."
            )


def _same(new: Path, target: Path, status: os.stat_result) -> bool:
    if not stat.S_ISREG(status.st_mode) or bool(status.st_mode & 0o100) != bool(new.stat().st_mode & 0o100):
        return False
    try:
        return filecmp.cmp(new, target, shallow=False)
    except OSError:
        return False


def _keep(target: Path, kept: Path) -> None:
    """Keep a second name for what is about to be replaced, or a copy where the disk has no second names."""
    try:
        os.link(target, kept, follow_symlinks=False)
    except (OSError, NotImplementedError):
        shutil.copy2(target, kept, follow_symlinks=False)


def take_over(new: Path, status: os.stat_result) -> None:
    """Give the new file the owner of the one that it replaces, and its mode but for the right to run it."""
    if not stat.S_ISREG(status.st_mode):
        return
    with suppress(PermissionError):
        os.chown(new, status.st_uid, status.st_gid)
    may_run = new.stat().st_mode & 0o100
    mode = status.st_mode & 0o666
    new.chmod(mode | ((mode & 0o444) >> 2 if may_run else 0))


def _move_to_free_place(new: Path, target: Path) -> None:
    """Move a file to where none is; one that somebody else put there meanwhile is an error, and stays."""
    if new.is_dir():
        new.rename(target)
        return
    try:
        os.link(new, target)
    except FileExistsError:
        raise
    except OSError:  # a disk without second names
        new.replace(target)


def _remove(target: Path, new: Path) -> None:
    """Take a moved file or folder away again, if it is ours."""
    if target.is_dir() and not target.is_symlink():
        if not new.exists():
            target.rename(new)
    elif not new.exists() or (target.exists() and target.samefile(new)):
        target.unlink(missing_ok=True)


def _move_back(kept: Path, target: Path) -> None:
    kept.replace(target)
    kept.unlink(missing_ok=True)  # where both were names of one file, `rename` does nothing


def _remove_if_empty(folder: Path) -> None:
    with suppress(OSError):  # somebody else put a file into it
        folder.rmdir()


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Let ^C wait until the block ends, where the system can."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
