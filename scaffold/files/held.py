"""A folder that is held open: what is read and written is in this very folder, whatever becomes of its path."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

_FOLDER = os.O_RDONLY | getattr(os, "O_DIRECTORY", 0) | getattr(os, "O_CLOEXEC", 0)
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
_READ = os.O_RDONLY | _NO_LINK | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _NO_LINK | getattr(os, "O_BINARY", 0)
_IS_HELD = os.open in os.supports_dir_fd and bool(_NO_LINK)


class HeldFolder:
    """A folder; names in it are never followed where they are symbolic links. Windows can't hold one, only its path."""

    def __init__(self, path: Path, descriptor: int | None) -> None:
        self._path = path
        self._descriptor = descriptor

    @classmethod
    @contextmanager
    def open(cls, folder: Path, below: Path | None) -> Iterator[Self]:
        """Hold a folder; on the way from `below` to it, no symbolic link is followed.

        Raises:
            OSError: when it can't be opened, or is not below, or a link is on the way.
        """
        if not _IS_HELD:
            yield cls(folder, None)
            return
        descriptor = os.open(below or folder, _FOLDER)
        try:
            for part in folder.relative_to(below).parts if below else ():
                inner = os.open(part, _FOLDER | _NO_LINK, dir_fd=descriptor)
                os.close(descriptor)
                descriptor = inner
            yield cls(folder, descriptor)
        finally:
            os.close(descriptor)

    def _at(self, name: str) -> str:
        return name if self._descriptor is not None else str(self._path / name)

    def read(self, name: str, most: int) -> tuple[bytes, os.stat_result]:
        """Return the first `most` bytes of a regular file, and what the system knows of it.

        Raises:
            OSError: when it can't be read, or is a link or something else.
        """
        with os.fdopen(os.open(self._at(name), _READ, dir_fd=self._descriptor), "rb") as opened:
            status = os.fstat(opened.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise OSError(0, "it is not a regular file", name)
            return opened.read(most), status

    def status(self, name: str) -> os.stat_result | None:
        """Return what the system knows of a name, links not followed; None where there is nothing.

        Raises:
            OSError: when the disk refuses.
        """
        try:
            return os.stat(self._at(name), dir_fd=self._descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def is_file(self, name: str) -> bool:
        """Return whether a name is that of a regular file."""
        status = self.status(name)
        return status is not None and stat.S_ISREG(status.st_mode)

    def names(self) -> list[str]:
        """Return all names in the folder.

        Raises:
            OSError: when it can't be read.
        """
        return os.listdir(self._path if self._descriptor is None else self._descriptor)  # noqa: PTH208 - no path: it is held

    def link(self, name: str, second: str) -> None:
        """Give a file a second name.

        Raises:
            OSError: when the disk has no such thing, or refuses.
        """
        here, there = self._at(name), self._at(second)
        os.link(here, there, src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor, follow_symlinks=False)

    def sync(self) -> None:
        """Let a power cut lose no rename; where folders can't be synced, the system does it in its own time."""
        if self._descriptor is not None:
            with suppress(OSError):
                os.fsync(self._descriptor)

    def create(self, name: str, mode: int = 0o600) -> int:
        """Return the descriptor of a new file; with `mode`, others than the user may read it as the umask lets them.

        Raises:
            OSError: when it can't be made, or is there already.
        """
        return os.open(self._at(name), _NEW, mode, dir_fd=self._descriptor)

    def replace(self, name: str, by: str) -> None:
        """Let a file take the place of another.

        Raises:
            OSError: when the disk refuses.
        """
        os.replace(self._at(by), self._at(name), src_dir_fd=self._descriptor, dst_dir_fd=self._descriptor)

    def remove(self, name: str) -> None:
        """Remove a file, if it is there.

        Raises:
            OSError: when the disk refuses.
        """
        if os.path.lexists(self._at(name)) or self._descriptor is not None:
            try:
                os.unlink(self._at(name), dir_fd=self._descriptor)
            except FileNotFoundError:
                return
