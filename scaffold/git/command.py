"""Runs git: with a clean environment, and, where it only looks, with nothing switched on that a repository may name."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping
from pathlib import Path

from scaffold import programs
from scaffold.errors import DestinationError, GitError
from scaffold.programs import Done

_NAMES = {
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_ATTR_SOURCE",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_GLOB_PATHSPECS",
    "GIT_GRAFT_FILE",
    "GIT_ICASE_PATHSPECS",
    "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_INTERNAL_SUPER_PREFIX",
    "GIT_LITERAL_PATHSPECS",
    "GIT_NAMESPACE",
    "GIT_NOGLOB_PATHSPECS",
    "GIT_NO_REPLACE_OBJECTS",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
    "GIT_REPLACE_REF_BASE",
    "GIT_SHALLOW_FILE",
    "GIT_WORK_TREE",
}
"""The variables by which a hook's git names its repository (`git rev-parse --local-env-vars`), and those that change
how paths are read. Settings that the user gives by GIT_CONFIG_COUNT and its like stay: they are the user's own."""

LOOKING = (
    *("-c", "core.fsmonitor=false"),
    *("-c", "safe.bareRepository=explicit"),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "protocol.allow=never"),
    "--no-pager",
)
"""Options of a git that only looks: it runs nothing that the repository's settings name, and asks no other host."""

_QUIET = (
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "commit.gpgsign=false"),
    *("-c", "gc.auto=0"),
    *("-c", "maintenance.auto=false"),
)
"""Settings of the first commit: no hook, no signature, and no process that goes on after it."""

_IDENTITY = ("-c", "user.name=scaffold", "-c", "user.email=scaffold@localhost")
_MISSING = "git is not installed, or not on the PATH; install git 2.38 or newer."
_CODES = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES)
_DISK = ("Out of diskspace", "unable to write", *map(os.strerror, _CODES))
"""How git and the system say that the disk is why."""


def clean_environment(**more: str | Path) -> dict[str, str]:
    """Return the system's variables without those of a surrounding git, and with `more`."""
    kept = {key: value for key, value in os.environ.items() if key not in _NAMES}
    return {**kept, "GIT_OPTIONAL_LOCKS": "0", "LANGUAGE": "en", **{key: str(value) for key, value in more.items()}}


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
    except FileNotFoundError as error:
        raise GitError(missing) from error


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

    Where git knows no author, the commit's author is `scaffold`. No hook runs, neither one that came with the files nor
    one of the user's (`init.templateDir`, `core.hooksPath`): those are for the commits that the user makes.
    """
    run(folder, "init", "--quiet", "--initial-branch=main")
    run(folder, *_QUIET, "add", "--all")
    identity = () if _knows_author(folder) else _IDENTITY
    run(folder, *_QUIET, *identity, "commit", "--quiet", "--no-verify", "--message", message)


def _knows_author(folder: Path) -> bool:
    try:
        run(folder, "-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT")
    except GitError:
        return False
    return True
