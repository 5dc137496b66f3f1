"""Bare copies of somebody's repository: made once, then renewed.

The user's own git settings count here: they say how a host is reached (proxies, `insteadOf`, ssh) and who the user is
(credential helpers). Neither hooks nor programs of the copied repository run, and only the protocols below are used.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

from scaffold.errors import GitError
from scaffold.git.command import last_words, try_git
from scaffold.git.environment import clean_environment

PROTOCOLS = ("file", "git", "http", "https", "ssh")
REFS = ("+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*")
"""Branches and tags; not the pull requests, which can be more than all the rest."""

_CAREFUL = (
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "core.fsmonitor=false"),
    *("-c", "gc.auto=0"),
    *("-c", "maintenance.auto=false"),
    *("-c", "transfer.fsckObjects=true"),
    *("-c", "fetch.recurseSubmodules=false"),
    *("-c", "http.lowSpeedLimit=1000"),
    *("-c", "http.lowSpeedTime=30"),
)
"""Nothing runs, objects are checked as they come, and a host that stays silent for 30 seconds is given up."""


def clone_bare(location: str, folder: Path) -> None:
    """Make the empty `folder` a bare copy of the repository or bundle at `location`: a URL or an absolute path.

    Raises:
        GitError: when git is missing, or can't read it; with git's own last words.
    """
    options = ("clone", "--quiet", "--bare", "--template=", "--no-local")
    _run(folder.parent, *options, "--", location, str(folder))


def fetch(git_dir: Path, location: str) -> None:
    """Bring a bare copy to the state of the repository at `location`.

    Raises:
        GitError: as `clone_bare` does.
    """
    _run(git_dir, f"--git-dir={git_dir}", "fetch", "--quiet", "--prune", "--no-write-fetch-head", "--", location, *REFS)


def follow_head(git_dir: Path, location: str) -> None:
    """Let HEAD of a bare copy lead to the branch that HEAD of the repository at `location` leads to now.

    Raises:
        GitError: as `clone_bare` does.
    """
    told = _run(git_dir, "ls-remote", "--symref", "--", location, "HEAD").decode(errors="replace")
    branch = re.match(r"ref: (refs/heads/\S+)\tHEAD\n", told)
    if branch:
        _run(git_dir, f"--git-dir={git_dir}", "symbolic-ref", "HEAD", branch[1])


def _run(folder: Path, *arguments: str) -> bytes:
    allowed = os.environ.get("GIT_ALLOW_PROTOCOL", ":".join(PROTOCOLS))
    environment = clean_environment(GIT_ALLOW_PROTOCOL=allowed)
    done = try_git(*_CAREFUL, *arguments, folder=folder, environment=environment)
    if done.code:
        raise GitError(f"{last_words(done)}.")
    return done.stdout
