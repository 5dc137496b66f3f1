"""The few things that are asked of git."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from scaffold.errors import GitError

_REPOSITORY = {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_COMMON_DIR", "GIT_NAMESPACE"}
"""The variables by which git hooks and others name a repository (`git rev-parse --local-env-vars`)."""

_IDENTITY = ("-c", "user.name=scaffold", "-c", "user.email=scaffold@localhost")


def run(folder: Path, *arguments: str) -> str:
    """Return what `git arguments…` prints in `folder`.

    Raises:
        GitError: when git is missing or ends with an error; with git's own last words.
    """
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise GitError("git is not installed, or not on the PATH; install it, or add --no-git.") from error
    if done.returncode:
        words = (done.stderr or done.stdout).strip().splitlines()
        raise GitError(f"git {arguments[0]} in {folder}: {words[-1] if words else f'exit code {done.returncode}'}.")
    return done.stdout.strip()


def read(git_dir: Path, *arguments: str, stdin: bytes = b"") -> bytes:
    """Return the raw output of git on the repository `git_dir`, whatever repository the environment names.

    Raises:
        GitError: as `run` does.
    """
    done = _on(git_dir, arguments, stdin)
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip().splitlines()
        raise GitError(f"git {arguments[0]} in {git_dir}: {words[-1] if words else f'exit code {done.returncode}'}.")
    return done.stdout


def ask(git_dir: Path, *arguments: str) -> str | None:
    """Return what git says about the repository `git_dir`, None where it ends with an error: there is no such thing.

    Raises:
        GitError: when git is missing.
    """
    done = _on(git_dir, arguments)
    return None if done.returncode else done.stdout.decode().strip()


def _on(git_dir: Path, arguments: tuple[str, ...], stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    command = ["git", f"--git-dir={git_dir}", *arguments]
    environment = {key: value for key, value in os.environ.items() if key not in _REPOSITORY}
    try:
        return subprocess.run(command, input=stdin, env=environment, capture_output=True, check=False)
    except FileNotFoundError as error:
        raise GitError("git is not installed, or not on the PATH; install it.") from error


def inside_work_tree(folder: Path) -> bool:
    """Say whether `folder`, or the nearest parent that exists, belongs to a git repository's work tree."""
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    try:
        return run(folder, "rev-parse", "--is-inside-work-tree") == "true"
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
