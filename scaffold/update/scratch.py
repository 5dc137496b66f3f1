"""A throw-away git repository that builds on the service's: names and objects of its own.

The merge happens here, so the service's refs, index and work tree are only read. When it is done, the new objects move
to the service's object store, where nothing refers to them until an update is applied, or are thrown away.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scaffold.errors import DestinationError, GitError
from scaffold.files.foreign import read_foreign
from scaffold.git.command import failure, run_git, try_git
from scaffold.git.environment import WITHOUT_HOOKS, identity, without_settings
from scaffold.git.objects import Blob
from scaffold.git.repository import Repository
from scaffold.git.settings import GitSettings, quoted, settings_of
from scaffold.git.store import adopt, c_quoted, kept_packs, lay_out, release
from scaffold.programs import Done
from scaffold.update.work_tree import folder_of


@dataclass(frozen=True)
class Scratch:
    """Runs git in `folder`, whose repository `environment` names; with `looking`, it runs no other program.

    `settings` are then what it took over of the service's.
    """

    folder: Path
    environment: Mapping[str, str]
    looking: bool = False
    settings: GitSettings | None = None

    def git(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Return what git prints.

        Raises:
            GitError: when it ends with an error.
        """
        done = self.try_git(*arguments, stdin=stdin)
        if done.code:
            name = next(each for each in arguments if not each.startswith("-") and "=" not in each)
            raise failure(f"git {name}", done)
        return done.stdout

    def try_git(self, *arguments: str, stdin: bytes = b"") -> Done:
        """Run git; its exit code is the caller's."""
        return try_git(
            *(() if self.looking else WITHOUT_HOOKS),
            *arguments,
            folder=self.folder / "work",
            stdin=stdin,
            environment=self.environment,
            looking=self.looking,
        )

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
            lines += b"D " + c_quoted(path) + b"\n"
        for path, blob in self.puts.items():
            content = self.contents.get(path)
            head = b"M %s %s " % (blob.mode.encode(), blob.id.encode() if content is None else b"inline")
            lines += head + c_quoted(path) + b"\n"
            if content is not None:
                lines += b"data %d\n%s\n" % (len(content), content)
        return bytes(lines)


@contextmanager
def scratch(repository: Repository, attributes: Mapping[str, bytes], *, keep: bool) -> Iterator[Scratch]:
    """Yield a scratch repository that knows the service's settings and these .gitattributes (path to bytes).

    With `keep`, it lies in git's folder, and new objects move to the service's object store when the block ends.
    Without, nothing at all is written there, and nothing is run that the service's or the user's settings name.

    Raises:
        DestinationError: when the folder can't be written.
        GitError: when git refuses.
    """
    parent, prefix = folder_of(repository.git_dir), "scratch-"
    if not keep:
        parent, prefix = Path(tempfile.gettempdir()), "scaffold-"
    settings = None if keep else settings_of(repository)
    try:
        parent.mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=prefix, dir=parent, ignore_cleanup_errors=True) as name:
            folder = Path(name)
            _lay_out(folder, repository, attributes, settings)
            scratched = Scratch(folder, _environment(folder, repository, settings), not keep, settings)
            yield scratched
            if keep:
                adopt(folder / "objects", repository.common / "objects")
                _release_own_packs(scratched, repository)
    except OSError as error:
        where = error.filename2 or error.filename or parent
        raise DestinationError(f"{where} can't be written: {error.strerror or error}. Nothing was changed.") from error


def _release_own_packs(scratched: Scratch, repository: Repository) -> None:
    """Find packs that hold a commit of this scratch repository, made by an earlier run that was killed."""
    kept = [pack for pack in kept_packs(repository.common / "objects") if pack.with_suffix(".idx").is_file()]
    if not kept:
        return
    own = set(scratched.git("for-each-ref", "--format=%(objectname)").decode().split())
    for pack in kept:
        listing = scratched.try_git("show-index", stdin=pack.with_suffix(".idx").read_bytes()).stdout
        if own & set(listing.decode().split()):
            release(pack)


def _lay_out(
    folder: Path, repository: Repository, attributes: Mapping[str, bytes], settings: GitSettings | None
) -> None:
    for name in ("refs", "work"):
        (folder / name).mkdir()
    lay_out(folder / "objects", repository.common / "objects")
    (folder / "HEAD").write_text("ref: refs/heads/none\n")
    (folder / "config").write_text(_settings(repository, settings), errors="surrogateescape")
    own = repository.common / "info/attributes"
    if own.is_file():
        (folder / "info").mkdir()
        (folder / "info/attributes").write_bytes(read_foreign(own))
    for path, content in attributes.items():
        file = folder / "work" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def _settings(repository: Repository, settings: GitSettings | None) -> str:
    version = "0" if repository.algorithm == "sha1" else f"1\n[extensions]\n\tobjectFormat = {repository.algorithm}"
    taken = settings.as_file() if settings else f"[include]\n\tpath = {quoted(str(repository.common / 'config'))}\n"
    return (
        f"[core]\n\trepositoryFormatVersion = {version}\n[core]\n\tbare = false\n{taken}[core]\n\tfsmonitor = false\n"
    )


def _environment(folder: Path, repository: Repository, settings: GitSettings | None) -> dict[str, str]:
    whole = {**repository.environment, **identity(), "GIT_DIR": str(folder), "GIT_WORK_TREE": str(folder / "work")}
    return without_settings(whole) if settings else whole


def require_merge_tree() -> None:
    """Refuse a git that has no `merge-tree --write-tree`.

    Raises:
        GitError: with the version that there is and the one that is needed.
    """
    words = run_git("version", folder=Path.cwd()).decode().split()
    numbers = tuple(int(part) for part in words[2].split(".")[:2] if part.isdigit())
    if numbers < (2, 38):
        raise GitError(f"git {words[2]} is too old to merge without a work tree; install git 2.38 or newer.")
