"""Git's objects: what a tree holds, and their bytes, read by one running git."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from scaffold import programs


@dataclass(frozen=True)
class Blob:
    """One file of a tree: git's mode (100644, 100755, 120000 or 160000) and object id."""

    mode: str
    id: str


class Objects:
    """Reads objects by one running `git cat-file --batch` (`git help cat-file`, "BATCH OUTPUT")."""

    def __init__(self, environment: Mapping[str, str], id_bytes: int) -> None:
        """Start git, whose `environment` names the repository; an object id has so many bytes."""
        self._process = programs.start(["git", "cat-file", "--batch"], environment=environment)
        self._id_bytes = id_bytes

    def read(self, name: str) -> tuple[str, bytes] | None:
        """Return an object's full id and its bytes, by whatever git takes as its name; None where there is none."""
        return self.read_all([name])[0]

    def read_all(self, names: Sequence[str]) -> list[tuple[str, bytes] | None]:
        """Read several, as `read` does one; all questions go before the first answer comes."""
        return [found for at in range(0, len(names), _AT_ONCE) for found in self._read(names[at : at + _AT_ONCE])]

    def _read(self, names: Sequence[str]) -> list[tuple[str, bytes] | None]:
        into, out = self._process.stdin, self._process.stdout
        if into is None or out is None or any("\n" in name for name in names):
            return [None] * len(names)
        into.write(b"".join(os.fsencode(name) + b"\n" for name in names))
        into.flush()
        return [_answer(out) for _ in names]

    def files(self, tree: str) -> dict[str, Blob]:
        """Return each file below a tree by its path."""
        files: dict[str, Blob] = {}
        folders = [("", tree)]
        while folders:
            contents, level, folders = self.read_all([name for _, name in folders]), folders, []
            for (folder, _), found in zip(level, contents, strict=True):
                for mode, name, object_id in self._entries(found[1] if found else b""):
                    if mode == "40000":
                        folders.append((f"{folder}{name}/", object_id))
                    else:
                        files[folder + name] = Blob(mode, object_id)
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
        self._process.communicate()


_AT_ONCE = 64
"""So many questions fit into a pipe while git waits for somebody to read its answers."""


def _answer(out: IO[bytes]) -> tuple[str, bytes] | None:
    head = out.readline().split()
    if len(head) != 3 or not head[2].isdigit():
        return None  # "missing" or "ambiguous"
    content = out.read(int(head[2]))
    out.read(1)
    return head[0].decode(), content
