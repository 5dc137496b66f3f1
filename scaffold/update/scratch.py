"""A throw-away git repository beside the service's: names and settings of its own, objects shared.

The merge happens here, so the service's refs, index and work tree are only read. Its objects land in the service's
object store, where nothing refers to them until an update is applied, or in the scratch repository when even that must
not be written.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scaffold.errors import DestinationError, GitError
from scaffold.git.command import run_git, try_git
from scaffold.git.objects import Blob
from scaffold.git.repository import Repository
from scaffold.programs import Done


@dataclass(frozen=True)
class Scratch:
    """Runs git in `folder`, with the object stores named by `environment`."""

    folder: Path
    environment: Mapping[str, str]

    def git(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Return what git prints.

        Raises:
            GitError: when it ends with an error.
        """
        return run_git(*arguments, folder=self.folder / "work", stdin=stdin, environment=self.environment)

    def try_git(self, *arguments: str, stdin: bytes = b"") -> Done:
        """Run git; its exit code is the caller's."""
        return try_git(*arguments, folder=self.folder / "work", stdin=stdin, environment=self.environment)

    def import_(self, commits: Iterable[Commit]) -> list[str]:
        """Make the commits, each upon the first; return the ids of their trees.

        One process writes all: `git help fast-import` gives the format.
        """
        first = None
        stream = bytearray(b"feature done\n")
        for commit in commits:
            stream += f"commit {commit.ref}\ncommitter scaffold <scaffold@localhost> 0 +0000\ndata 0\n".encode()
            if first:
                stream += f"from {first}\n".encode()
            first = first or commit.ref
            stream += commit.changes() + b'ls ""\n'
        stream += b"done\n"
        answer = (
            self.git("-c", "fastimport.unpackLimit=1", "fast-import", "--quiet", "--force", stdin=bytes(stream))
            .decode()
            .splitlines()
        )
        return [line.split()[2].split("\t")[0] for line in answer]


@dataclass(frozen=True)
class Commit:
    """A commit to make: `tree` (an id, or None for an empty one) with `drops` removed and the files of `puts` put.

    `puts` gives blobs that the object store has, and `contents` the bytes of those that it may lack.
    """

    ref: str
    tree: str | None
    puts: Mapping[str, Blob] = field(default_factory=dict)
    contents: Mapping[str, bytes] = field(default_factory=dict)
    drops: Iterable[str] = ()

    def changes(self) -> bytes:
        """Return them as fast-import reads them."""
        lines = bytearray(b"deleteall\n" if self.tree is None else b'M 040000 %s ""\n' % self.tree.encode())
        for path in self.drops:
            lines += b"D " + _quoted(path) + b"\n"
        for path, blob in self.puts.items():
            content = self.contents.get(path)
            head = b"M %s %s " % (blob.mode.encode(), blob.id.encode() if content is None else b"inline")
            lines += head + _quoted(path) + b"\n"
            if content is not None:
                lines += b"data %d\n%s\n" % (len(content), content)
        return bytes(lines)


def _quoted(path: str) -> bytes:
    escaped = os.fsencode(path).replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    return b'"' + escaped + b'"'


@contextmanager
def scratch(repository: Repository, attributes: Mapping[str, bytes], *, keep: bool) -> Iterator[Scratch]:
    """Yield a scratch repository that knows the service's settings and these .gitattributes (path to bytes).

    With `keep`, new objects land in the service's object store; without, nothing at all is written there.

    Raises:
        DestinationError: when the folder for temporary files can't be written.
        GitError: when git refuses.
    """
    try:
        with tempfile.TemporaryDirectory(prefix="scaffold-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            _lay_out(folder, repository, attributes)
            yield Scratch(folder, _environment(folder, repository, keep=keep))
    except OSError as error:
        raise DestinationError(f"{tempfile.gettempdir()} can't be written: {error.strerror or error}.") from error


def _lay_out(folder: Path, repository: Repository, attributes: Mapping[str, bytes]) -> None:
    for name in ("refs", "work"):
        (folder / name).mkdir()
    (folder / "HEAD").write_text("ref: refs/heads/none\n")
    version = 0 if repository.algorithm == "sha1" else f"1\n[extensions]\n\tobjectFormat = {repository.algorithm}"
    settings = _quote_setting(repository.common / "config")
    (folder / "config").write_text(
        f"[core]\n\trepositoryFormatVersion = {version}\n[core]\n\tbare = false\n[include]\n\tpath = {settings}\n"
    )
    own = repository.common / "info/attributes"
    if own.is_file():
        (folder / "info").mkdir()
        (folder / "info/attributes").write_bytes(own.read_bytes())
    for path, content in attributes.items():
        file = folder / "work" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def _quote_setting(path: Path) -> str:
    return '"' + str(path).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _environment(folder: Path, repository: Repository, *, keep: bool) -> dict[str, str]:
    objects = repository.common / "objects"
    if not keep:
        (folder / "objects/info").mkdir(parents=True)
        (folder / "objects/info/alternates").write_text(f"{objects}\n")
        objects = folder / "objects"
    named = {"GIT_DIR": folder, "GIT_WORK_TREE": folder / "work", "GIT_OBJECT_DIRECTORY": objects}
    return {**repository.environment, **{key: str(value) for key, value in named.items()}}


def require_merge_tree() -> None:
    """Refuse a git that has no `merge-tree --write-tree`.

    Raises:
        GitError: with the version that there is and the one that is needed.
    """
    words = run_git("version", folder=Path.cwd()).decode().split()
    numbers = tuple(int(part) for part in words[2].split(".")[:2] if part.isdigit())
    if numbers < (2, 38):
        raise GitError(f"git {words[2]} is too old to merge without a work tree; install git 2.38 or newer.")
