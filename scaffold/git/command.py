"""Runs git: with a clean environment, and, where it only looks, with nothing switched on that a repository may name."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from scaffold import programs
from scaffold.errors import DestinationError, GitError
from scaffold.git.environment import LOOKING, clean_environment, looking_environment
from scaffold.programs import Bounds, Done

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
_DISK = (
    "Out of diskspace",
    "unable to write",
    "couldn't write",
    "failed to write",
    "write error",
    *map(os.strerror, _CODES),
)
"""How git and the system report that the disk is why."""

BOUNDS = Bounds(seconds=120, output=256 * programs.MIB)
"""What a git that only looks may take. A repository's settings can lead it to a pipe or a device, where it never ends;
the names of a million files have some 60 MiB."""


def run(folder: Path, *arguments: str, looking: bool = False) -> str:
    """Return what `git arguments…` prints in `folder`, whatever repository the environment names.

    `looking` as in `try_git`.

    Raises:
        GitError: when git is missing or ends with an error; with git's own last words.
    """
    done = try_git(*arguments, folder=folder, looking=looking, missing=f"{_MISSING[:-1]}, or add --no-git.")
    if done.code:
        raise GitError(f"git {arguments[0]} in {folder}: {last_words(done)}.")
    return done.stdout.decode(errors="replace").strip()


def read(git_dir: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """Return the raw output of a git that only looks at the repository `git_dir`.

    Raises:
        GitError: as `run` does.
    """
    done = try_git(f"--git-dir={git_dir}", *arguments, stdin=stdin, looking=True)
    if done.code:
        raise GitError(f"git {arguments[0]} in {git_dir}: {last_words(done)}.")
    return done.stdout


def ask(git_dir: Path, *arguments: str) -> str | None:
    """Return what a git that only looks says about the repository `git_dir`.

    None where it ends with an error: there is no such thing.

    Raises:
        GitError: when git is missing.
    """
    done = try_git(f"--git-dir={git_dir}", *arguments, looking=True)
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

    With `looking`, it runs nothing that the repository's settings name, contacts no other host, and may take BOUNDS;
    `environment` is made by `looking_environment` then.

    Raises:
        GitError: when git can't be started, or takes too much; `missing` is what it says where git is not there.
    """
    default = looking_environment if looking else clean_environment
    given = default() if environment is None else environment
    try:
        if not looking:
            return programs.run(["git", *arguments], folder=folder, stdin=stdin, environment=given)
        command = ["git", *LOOKING, *arguments]
        return programs.run_bounded(command, folder=folder, stdin=stdin, bounds=BOUNDS, environment=given)
    except programs.MissingError as error:
        raise GitError(missing) from error
    except programs.ProgramError as error:
        raise GitError(f"git in {folder or os.curdir} {error}.") from error


def failure(what: str, done: Done) -> GitError | DestinationError:
    """Return the error of a git that ended with one, in git's own words."""
    words = last_words(done)
    kind = DestinationError if any(reason in words for reason in _DISK) else GitError
    return kind(f"{what}: {words}. Nothing was changed.")


def last_words(done: Done) -> str:
    """Return why git ended with an error, in its own words, without the full stop: one line."""
    lines = (done.stderr or done.stdout).decode(errors="replace").strip().splitlines()
    words = next((line for line in lines if line.startswith(("fatal: ", "error: "))), lines[-1] if lines else "")
    return words.rstrip(".") or f"exit code {done.code}"


def merge_file(base: bytes, ours: bytes, theirs: bytes, labels: tuple[str, str, str]) -> tuple[bytes, bool]:
    """Return what two changes of one text give together, and whether they clash (`git help merge-file`).

    `labels` stand in the markers of a clash: for the base, ours and theirs.

    Raises:
        GitError: when git is missing, or one of them is not a text.
    """
    with tempfile.TemporaryDirectory(prefix="scaffold-merge-") as name:
        sides = dict(zip(("ours", "base", "theirs"), (ours, base, theirs), strict=True))
        for side, content in sides.items():
            Path(name, side).write_bytes(content)
        names = [word for label in (labels[1], labels[0], labels[2]) for word in ("-L", label)]
        done = try_git("merge-file", "-p", "--diff3", *names, *sides, folder=Path(name), looking=True)
    if done.code < 0 or done.code > 127:  # up to 127, it is the number of clashes
        raise GitError(f"git merge-file: {last_words(done)}.")
    return done.stdout, bool(done.code)


def inside_work_tree(folder: Path) -> bool:
    """Return whether `folder`, or the nearest parent that exists, belongs to a git repository's work tree."""
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
    identity = () if knows_author(folder) else _IDENTITY
    run(folder, *_QUIET, *identity, "commit", "--quiet", "--no-verify", "--message", message)
    for lock in (folder / ".git").rglob("*.lock"):  # git ends well also where it could not remove one
        lock.unlink()


def knows_author(folder: Path) -> bool:
    """Return whether git knows who commits in a folder."""
    try:
        run(folder, "-c", "user.useConfigOnly=true", "var", "GIT_AUTHOR_IDENT")
    except GitError:
        return False
    return True
