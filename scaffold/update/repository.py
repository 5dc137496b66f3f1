"""A service's git repository, and the folder in it that holds the service."""

from __future__ import annotations

import errno
import hashlib
import os
import re
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO

from scaffold.errors import DestinationError, GitError, ServiceError

_NAMES = {
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
}
"""The variables by which a git hook names its repository (`git rev-parse --local-env-vars`); ours has a folder."""


@dataclass(frozen=True)
class Blob:
    """One file of a tree: git's mode (100644, 100755, 120000 or 160000) and object id."""

    mode: str
    id: str


@dataclass(frozen=True)
class Repository:
    """A repository: `git_dir` is this work tree's own, `common` holds objects, refs and settings; `top` None when bare.

    `algorithm` is the hash of its object ids: sha1 or sha256.
    """

    git_dir: Path
    common: Path
    top: Path | None
    algorithm: str

    def git(self, *arguments: str, stdin: bytes = b"", environment: Mapping[str, str | Path] | None = None) -> bytes:
        """Return what `git arguments…` prints for this repository.

        Raises:
            GitError: when it ends with an error; with git's own last words.
        """
        whole = {**self.environment, **{key: str(value) for key, value in (environment or {}).items()}}
        return run_git(*arguments, folder=self.top or self.git_dir, stdin=stdin, environment=whole)

    @cached_property
    def environment(self) -> Mapping[str, str]:
        """Return the variables of a git that works on this repository; read from the system's once."""
        return clean_environment(GIT_DIR=self.git_dir, **({"GIT_WORK_TREE": self.top} if self.top else {}))

    @cached_property
    def objects(self) -> Objects:
        """Return what reads this repository's objects; `close` ends it."""
        return Objects(self.environment, len(hashlib.new(self.algorithm, usedforsecurity=False).digest()))

    def tree(self, treeish: str) -> dict[str, Blob]:
        """Return every file of a tree by its path from the top."""
        return self.objects.files(f"{treeish}^{{tree}}")

    def close(self) -> None:
        """End the process that reads objects, where there is one."""
        if "objects" in self.__dict__:
            self.objects.close()
            del self.__dict__["objects"]


class Objects:
    """Reads objects by one running `git cat-file --batch` (`git help cat-file`, "BATCH OUTPUT")."""

    def __init__(self, environment: Mapping[str, str], id_bytes: int) -> None:
        """Start git, whose `environment` names the repository; an object id has so many bytes."""
        self._process = subprocess.Popen(
            ["git", "cat-file", "--batch"],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
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


def run_git(*arguments: str, folder: Path, stdin: bytes = b"", environment: Mapping[str, str] | None = None) -> bytes:
    """Return what `git arguments…` prints in `folder`; `environment` as made by `clean_environment`, which is default.

    Raises:
        DestinationError: when git could not write.
        GitError: when git is missing or ends with another error.
    """
    done = try_git(*arguments, folder=folder, stdin=stdin, environment=environment)
    if done.returncode:
        raise failure(f"git {arguments[0]} in {folder}", done)
    return done.stdout


_CODES = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)
_DISK = ("Out of diskspace", "unable to write", *map(os.strerror, _CODES))
"""How git and the system say that the disk is why."""


def failure(what: str, done: subprocess.CompletedProcess[bytes]) -> GitError | DestinationError:
    """Return the error of a git that ended with one, in git's own words."""
    lines = done.stderr.decode(errors="replace").strip().splitlines() or [f"exit code {done.returncode}"]
    words = next((line for line in lines if line.startswith(("fatal: ", "error: "))), lines[-1])
    return (DestinationError if any(reason in words for reason in _DISK) else GitError)(
        f"{what}: {words.rstrip('.')}. Nothing was changed."
    )


def try_git(
    *arguments: str, folder: Path, stdin: bytes = b"", environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[bytes]:
    """Run git as `run_git` does, and leave its exit code to the caller.

    Raises:
        GitError: when git is missing.
    """
    try:
        return subprocess.run(
            ["git", *arguments],
            cwd=folder,
            env=clean_environment() if environment is None else environment,
            input=stdin,
            capture_output=True,
            check=False,
        )
    except FileNotFoundError as error:
        raise GitError("git is not installed, or not on the PATH; install git 2.38 or newer.") from error


def clean_environment(**more: str | Path) -> dict[str, str]:
    """Return the system's variables without those of a surrounding git, and with `more`."""
    kept = {key: value for key, value in os.environ.items() if key not in _NAMES}
    return {**kept, "GIT_OPTIONAL_LOCKS": "0", "LANGUAGE": "en", **{key: str(value) for key, value in more.items()}}


def _plain(folder: Path) -> Repository | None:
    """Return the repository whose top, or bare folder, this is, without asking git; None where only git can tell.

    Another user's is git's to refuse (`safe.directory`).
    """
    for git_dir, top in ((folder / ".git", folder), (folder, None)):
        try:
            settings = (git_dir / "config").read_text(encoding="utf-8").lower()
        except (OSError, UnicodeDecodeError):
            continue
        known = (git_dir / "HEAD").is_file() and (git_dir / "objects").is_dir() and (git_dir / "refs").is_dir()
        unusual = any(word in settings for word in ("worktree", "extensions", "include"))
        mine = hasattr(os, "geteuid") and {git_dir.stat().st_uid, folder.stat().st_uid} == {os.geteuid()}
        if known and mine and not unusual and (top is None) == bool(re.search(r"bare\s*=\s*true", settings)):
            return Repository(git_dir, git_dir, top, "sha1")
    return None


def locate(folder: Path) -> tuple[Repository, str]:
    """Return the repository that `folder` belongs to, and the folder's path in it: "" at the top, else "a/b/".

    Raises:
        ServiceError: when it is no folder, or belongs to no repository.
        GitError: when git is missing or refuses to look at the repository.
    """
    if not folder.is_dir():
        raise ServiceError(f"{folder} is no folder; name the folder of a service.")
    if plain := _plain(folder.resolve()):
        return plain, ""
    asked = ("--absolute-git-dir", "--git-common-dir", "--show-object-format", "--is-bare-repository", "--show-prefix")
    done = try_git("rev-parse", *asked, folder=folder)
    words = os.fsdecode(done.stderr).strip()
    if done.returncode:
        if "not a git repository" in words:
            raise ServiceError(
                f"{folder} is no git repository, and updates are merged by git; "
                "make it one: git init && git add --all && git commit."
            )
        raise GitError(f"git in {folder}: {words.splitlines()[0] if words else 'no answer'}.")
    git_dir, common, algorithm, bare, prefix = os.fsdecode(done.stdout).split("\n")[:5]
    top = None
    if bare == "false":
        top = Path(os.fsdecode(run_git("rev-parse", "--show-toplevel", folder=folder)).removesuffix("\n"))
    return Repository(Path(git_dir), (folder / common).resolve(), top, algorithm), prefix
