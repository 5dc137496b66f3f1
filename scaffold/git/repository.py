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
from scaffold.git.command import clean_environment, run_git, try_git
from scaffold.git.objects import Blob, Objects


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
    if done.code:
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
