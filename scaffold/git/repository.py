"""A git repository, and the folder in it that holds a service."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from scaffold.errors import GitError, ServiceError
from scaffold.files.foreign import read_foreign
from scaffold.files.place import require_folder
from scaffold.git.command import BOUNDS, failure, last_words, try_git
from scaffold.git.environment import LOOKING, WITHOUT_HOOKS, clean_environment, looking_environment
from scaffold.git.objects import Blob, Objects


@dataclass(frozen=True)
class Repository:
    """A repository: `git_dir` is this work tree's own, `common` holds objects, refs and settings; `top` None when bare.

    `algorithm` is the hash of its object ids: sha1 or sha256. With `looking`, git runs nothing that its settings name,
    and contacts no other host; without, it runs the filters that git itself would run, and no hook.
    """

    git_dir: Path
    common: Path
    top: Path | None
    algorithm: str
    looking: bool = False

    def git(
        self,
        *arguments: str,
        stdin: bytes = b"",
        environment: Mapping[str, str | Path] | None = None,
        folder: Path | None = None,
        settings: tuple[str, ...] = (),
    ) -> bytes:
        """Return what `git arguments…` prints for this repository; `settings` are options that go before.

        Git runs in `folder`, by default at the top of the work tree.

        Raises:
            GitError: when it ends with an error; with git's own last words.
        """
        whole = {**self.environment, **{key: str(value) for key, value in (environment or {}).items()}}
        place = folder or self.top or self.git_dir
        options = settings if self.looking else (*WITHOUT_HOOKS, *settings)
        done = try_git(*options, *arguments, folder=place, stdin=stdin, environment=whole, looking=self.looking)
        if done.code:
            raise failure(f"git {arguments[0]} in {place}", done)
        return done.stdout

    @cached_property
    def environment(self) -> dict[str, str]:
        """Return the variables of a git that works on this repository; read from the system's once."""
        make = looking_environment if self.looking else clean_environment
        return make(GIT_DIR=self.git_dir, **({"GIT_WORK_TREE": self.top} if self.top else {}))

    @cached_property
    def objects(self) -> Objects:
        """Return what reads this repository's objects; `close` ends it."""
        size = len(hashlib.new(self.algorithm, usedforsecurity=False).digest())
        if self.looking:
            return Objects(self.environment, size, LOOKING, BOUNDS.seconds)
        return Objects(self.environment, size)

    def tree(self, treeish: str) -> dict[str, Blob]:
        """Return every file of a tree by its path from the top.

        Raises:
            GitError: when there are more than any repository has, or git can't read it.
        """
        return self.objects.files(f"{treeish}^{{tree}}")

    def close(self) -> None:
        """End the process that reads objects, where there is one."""
        if "objects" in self.__dict__:
            self.objects.close()
            del self.__dict__["objects"]


def _plain(folder: Path, *, looking: bool) -> Repository | None:
    """Return the repository whose top, or bare folder, this is, without git; None where only git knows it.

    Another user's is git's to refuse (`safe.directory`).
    """
    for git_dir, top in ((folder / ".git", folder), (folder, None)):
        try:
            settings = read_foreign(git_dir / "config", largest=_LARGEST_SETTINGS).decode().lower()
        except (OSError, UnicodeDecodeError):
            continue
        known = (git_dir / "HEAD").is_file() and (git_dir / "objects").is_dir() and (git_dir / "refs").is_dir()
        unusual = any(word in settings for word in ("worktree", "extensions", "include"))
        mine = hasattr(os, "geteuid") and {git_dir.stat().st_uid, folder.stat().st_uid} == {os.geteuid()}
        if known and mine and not unusual and (top is None) == bool(re.search(r"bare\s*=\s*true", settings)):
            return Repository(git_dir, git_dir, top, "sha1", looking)
    return None


_LARGEST_SETTINGS = 1024 * 1024


def locate(folder: Path, *, looking: bool = False) -> tuple[Repository, str]:
    """Return the repository that `folder` belongs to, and the folder's path in it: "" at the top, otherwise "a/b/".

    `looking` as in Repository.

    Raises:
        OptionError: when it is not a folder.
        ServiceError: when it belongs to no repository, or to one whose work tree is elsewhere.
        GitError: when git is missing or refuses to look at the repository.
    """
    require_folder(folder)
    if plain := _plain(folder.resolve(), looking=looking):
        return plain, ""
    git_dir, common, algorithm, bare, inside, up, prefix = _asked(folder)
    if bare == "true":
        return Repository(Path(git_dir), (folder / common).resolve(), None, algorithm, looking), prefix
    if inside != "true":
        raise ServiceError(
            f"{folder} lies outside the work tree of its repository {git_dir}; name the folder of a checkout."
        )
    top = Path(os.path.normpath(folder.resolve() / up))
    return Repository(Path(git_dir), (folder / common).resolve(), top, algorithm, looking), prefix


_MARK = "--scaffold-next-answer"
"""What git does not know, `git rev-parse` prints; so it stands between the answers, which may hold line breaks."""

_ASKED = (
    *("--absolute-git-dir", "--git-common-dir", "--show-object-format"),
    *("--is-bare-repository", "--is-inside-work-tree", "--show-cdup", "--show-prefix"),
)


def _asked(folder: Path) -> list[str]:
    words = [word for each in _ASKED for word in (each, _MARK)]
    done = try_git("rev-parse", *words, folder=folder, looking=True)
    if done.code:
        if b"not a git repository" in done.stderr:
            raise ServiceError(
                f"{folder} is not a git repository, and updates are merged by git; "
                "make it one: git init && git add --all && git commit."
            )
        raise GitError(f"git in {folder}: {last_words(done)}.")
    answers = os.fsdecode(done.stdout).split(f"{_MARK}\n")
    if len(answers) != len(_ASKED) + 1:
        raise GitError(f"git in {folder}: its output can't be read; rename the folder, whose name has a line break.")
    return [answer.removesuffix("\n") for answer in answers[:-1]]
