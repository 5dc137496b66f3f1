"""Git's objects: what a tree holds, and their bytes, read by one running git."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import IO

from scaffold import programs
from scaffold.errors import GitError

LARGEST = 64 * programs.MIB
"""Bytes of an object that is read: the largest file of a service, and more than any tree has."""
MOST = 1_000_000
"""Files of a tree. A few objects can name each other so that a tree has more files than any disk holds."""

_NO_NAMES = ("", ".", "..")
_KINDS = (b"blob", b"tree", b"commit", b"tag")
_AT_ONCE = 64
"""So many questions fit into a pipe while git waits for somebody to read its answers."""


@dataclass(frozen=True)
class Blob:
    """One file of a tree: git's mode (100644, 100755, 120000 or 160000) and object id."""

    mode: str
    id: str


class Objects:
    """Reads objects by one running `git cat-file --batch -z` (`git help cat-file`, "BATCH OUTPUT")."""

    def __init__(
        self,
        environment: Mapping[str, str],
        id_bytes: int,
        options: Sequence[str] = (),
        seconds: float | None = None,
    ) -> None:
        """Start git, whose `environment` names the repository, with `options`; an object id has so many bytes.

        When an answer takes longer than `seconds`, git is ended.
        """
        self._process = programs.start(["git", *options, "cat-file", "--batch", "-z"], environment=environment)
        self._id_bytes = id_bytes
        self._seconds = seconds

    def read(self, name: str) -> tuple[str, bytes] | None:
        """Return an object's full id and its bytes, by whatever git takes as its name; None where there is none.

        Raises:
            GitError: when git has ended, or the object is larger than LARGEST.
        """
        return self.read_all([name])[0]

    def read_all(self, names: Sequence[str]) -> list[tuple[str, bytes] | None]:
        """Read several, as `read` does one; all questions go before the first answer comes."""
        with self._limited():
            return [found for at in range(0, len(names), _AT_ONCE) for found in self._read(names[at : at + _AT_ONCE])]

    def _read(self, names: Sequence[str]) -> list[tuple[str, bytes] | None]:
        into, out = self._process.stdin, self._process.stdout
        if into is None or out is None or any("\0" in name for name in names):
            return [None] * len(names)
        asked = [os.fsencode(name) for name in names]
        try:
            into.write(b"".join(name + b"\0" for name in asked))
            into.flush()
        except OSError as error:
            raise _ended() from error
        return [_answer(out, name) for name in asked]

    @contextmanager
    def _limited(self) -> Iterator[None]:
        if self._seconds is None:
            yield
            return
        timer = threading.Timer(self._seconds, self._process.kill)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def files(self, tree: str) -> dict[str, Blob]:
        """Return each file below a tree by its path.

        Raises:
            GitError: when there are more than MOST, or as `read` does.
        """
        files: dict[str, Blob] = {}
        folders = [("", tree)]
        while folders:
            contents, level, folders = self.read_all([name for _, name in folders]), folders, []
            for (folder, _), found in zip(level, contents, strict=True):
                for mode, name, object_id in self._entries(found[1] if found else b""):
                    if "/" in name or name in _NO_NAMES or name.lower() == ".git":
                        raise GitError(f"{folder}{name!r} in git is not a name of a file; git fsck shows more.")
                    if mode == "40000":
                        folders.append((f"{folder}{name}/", object_id))
                    else:
                        files[folder + name] = Blob(mode, object_id)
                if len(files) + len(folders) > MOST:
                    raise GitError(f"the commit has more than {MOST:,} files; scaffold does not read that many.")
        return files

    def _entries(self, tree: bytes) -> Iterator[tuple[str, str, str]]:
        """Yield mode, name and id of each entry; in the object they are mode, space, name, NUL and the id's bytes."""
        at = 0
        while at < len(tree):
            end = tree.index(b"\0", at)
            mode, name = tree[at:end].split(b" ", 1)
            at = end + 1 + self._id_bytes
            yield mode.decode(), os.fsdecode(name), tree[end + 1 : at].hex()

    def close(self) -> None:
        """End git."""
        self._process.kill()  # it only reads, and may be in the middle of an answer
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # a question that nobody read
                if stream is not None:
                    stream.close()


def _answer(out: IO[bytes], name: bytes) -> tuple[str, bytes] | None:
    line = out.readline(65536)
    head = line.split()
    if len(head) != 3 or head[1] not in _KINDS or not head[2].isdigit():
        _read_on(out, line, name)
        return None
    size = int(head[2])
    if size > LARGEST:
        raise GitError(f"{os.fsdecode(name)} in git has {size // programs.MIB} MiB; scaffold does not read that much.")
    content = out.read(size)
    if out.read(1) != b"\n":
        raise _ended()
    return head[0].decode(), content


def _read_on(out: IO[bytes], line: bytes, name: bytes) -> None:
    """Read the rest of an answer that repeats the `name` of what is missing or ambiguous."""
    if not line:
        raise _ended()
    if line.startswith((b"dangling ", b"loop ", b"notdir ")):
        out.readline(65536)
        return
    for _ in range(name.count(b"\n")):
        out.readline(65536)


def _ended() -> GitError:
    return GitError(
        "git has ended while its objects were read: one is broken, or not here because the clone is a partial one; "
        "git fsck shows which."
    )
