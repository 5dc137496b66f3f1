"""Runs git: with a clean environment, and, where it only looks, with nothing switched on that a repository may name."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from pathlib import Path

from scaffold import programs
from scaffold.errors import DestinationError, GitError
from scaffold.programs import Done

LOOKING = (
    *("-c", "core.fsmonitor=false"),
    *("-c", "safe.bareRepository=explicit"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "protocol.allow=never"),
    "--no-pager",
)
"""Options of a git that only looks: it runs nothing that the repository's settings name, and asks no other host."""

_IDENTITY = ("-c", "user.name=scaffold", "-c", "user.email=scaffold@localhost")
_MISSING = "git is not installed, or not on the PATH; install git 2.38 or newer."
_CODES = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)
_DISK = ("Out of diskspace", "unable to write", *map(os.strerror, _CODES))
"""How git and the system say that the disk is why."""


def clean_environment(**more: str | Path) -> dict[str, str]:
    """Return the system's variables without those of a surrounding git, and with `more`."""
    return {
        **programs.users_environment(),
        "GIT_OPTIONAL_LOCKS": "0",
        "LANGUAGE": "en",
        **{key: str(value) for key, value in more.items()},
    }


def run(folder: Path, *arguments: str, looking: bool = False) -> str:
    """Return what `git arguments…` prints in `folder`, whatever repository the environment names.

    `looking` as in `try_git`.

    Raises:
        GitError: when git is missing or ends with an error; with git's own last words.
    """
    done = try_git(*arguments, folder=folder, looking=looking, missing=f"{_MISSING[:-1]}, or add --no-git.")
    if done.code:
        raise GitError(f"git {arguments[0]} in {folder}: {_last_words(done)}.")
    return done.stdout.decode(errors="replace").strip()


def read(git_dir: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """Return the raw output of git on the repository `git_dir`, whatever repository the environment names.

    Raises:
        GitError: as `run` does.
    """
    done = try_git(f"--git-dir={git_dir}", *arguments, stdin=stdin)
    if done.code:
        raise GitError(f"git {arguments[0]} in {git_dir}: {_last_words(done)}.")
    return done.stdout


def ask(git_dir: Path, *arguments: str) -> str | None:
    """Return what git says about the repository `git_dir`, None where it ends with an error: there is no such thing.

    Raises:
        GitError: when git is missing.
    """
    done = try_git(f"--git-dir={git_dir}", *arguments)
    return None if done.code else done.stdout.decode().strip()


def run_git(*arguments: str, folder: Path, stdin: bytes = b"", environment: Mapping[str, str] | None = None) -> bytes:
    """Return what `git arguments…` prints in `folder`; `environment` as made by `clean_environment`, which is default.

    Raises:
        DestinationError: when git could not write.
        GitError: when git is missing or ends with another error.
    """
    done = try_git(*arguments, folder=folder, stdin=stdin, environment=environment)
    if done.code:
        raise failure(f"git {arguments[0]} in {folder}", done)
    return done.stdout


def try_git(
    *arguments: str,
    folder: Path | None = None,
    stdin: bytes = b"",
    environment: Mapping[str, str] | None = None,
    looking: bool = False,
    missing: str = _MISSING,
) -> Done:
    """Run git as `run_git` does, and leave its exit code to the caller.

    With `looking`, it runs nothing that the repository's settings name, and asks no other host.

    Raises:
        GitError: when git can't be started; `missing` is what it says where git is not there.
    """
    given = clean_environment() if environment is None else environment
    try:
        command = ["git", *(LOOKING if looking else ()), *arguments]
        return programs.run(command, folder=folder, stdin=stdin, environment=given)
    except programs.MissingError as error:
        raise GitError(missing) from error
    except programs.ProgramError as error:
        raise GitError(f"git {error}.") from error


def failure(what: str, done: Done) -> GitError | DestinationError:
    """Return the error of a git that ended with one, in git's own words."""
    lines = done.stderr.decode(errors="replace").strip().splitlines() or [f"exit code {done.code}"]
    words = next((line for line in lines if line.startswith(("fatal: ", "error: "))), lines[-1])
    return (DestinationError if any(reason in words for reason in _DISK) else GitError)(
        f"{what}: {words.rstrip('.')}. Nothing was changed."
    )


def _last_words(done: Done) -> str:
    words = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
    return words[-1] if words else f"exit code {done.code}"


def inside_work_tree(folder: Path) -> bool:
    """Say whether `folder`, or the nearest parent that exists, belongs to a git repository's work tree."""
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    try:
        return run(folder, "rev-parse", "--is-inside-work-tree", looking=True) == "true"
    except GitError:
        return False


def commit_all(folder: Path, message: str) -> None:
    """Make `folder` a repository, on branch main, with one commit of all that is in it.

    Where git knows no author, the commit's author is `scaffold`.
    """
    run(folder, "init", "--quiet", "--initial-branch=main")
    run(folder, "add", "--all")
    identity = () if _knows_author(folder) else _IDENTITY
    run(folder, *identity, "-c", "commit.gpgsign=false", "commit", "--quiet", "--no-verify", "--message", message)


def _knows_author(folder: Path) -> bool:
    try:
        run(folder, "-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT")
    except GitError:
        return False
    return True
