"""What a user sees of a folder and of the repository in it, to be compared before and after a command."""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.faults.worlds import NAME

BEFORE, AFTER, BETWEEN = "before", "after", "between"


@dataclass(frozen=True)
class State:
    """Each file by its path, outside of `.git`: mode and content; and what git says: HEAD, branches, index."""

    files: Mapping[str, str]
    git: str

    def differences(self, other: State) -> list[str]:
        """Return the paths that are not as in the other state, `git` where its state is not; what is more does not count."""
        paths = [path for path in other.files if self.files.get(path) != other.files[path]]
        return [*paths, *(["git"] if self.git != other.git else [])]


def state_of(work: Path, environment: Mapping[str, str]) -> State:
    files = {}
    for parent, folders, names in os.walk(work):
        folders[:] = [name for name in folders if name != ".git"]
        for name in [*names, *(each for each in folders if (Path(parent) / each).is_symlink())]:
            path = Path(parent) / name
            files[str(path.relative_to(work))] = _content(path)
    return State(files, _git(work / NAME, environment))


def _content(path: Path) -> str:
    if path.is_symlink():
        return f"-> {path.readlink()}"
    return f"{path.stat().st_mode & 0o777:o} {hashlib.sha256(path.read_bytes()).hexdigest()}"


def _git(folder: Path, environment: Mapping[str, str]) -> str:
    if not (folder / ".git").exists():
        return "no repository"
    refs = "refs/heads refs/tags refs/stash refs/remotes"
    script = f"git symbolic-ref HEAD && git for-each-ref {refs} && git ls-files --stage -t -v"
    return _shell(script, folder, environment)[1]


def trouble(folder: Path, environment: Mapping[str, str]) -> str:
    """Return what stops git from working on in a repository, or nothing; its changes are committed by that."""
    script = (
        "git status --porcelain >/dev/null && git fsck --connectivity-only --no-progress --no-dangling"
        " && git add --all && git commit --quiet --allow-empty --message on"
    )
    code, output = _shell(script, folder, environment)
    return " ".join(output.split()) if code else ""


def _shell(script: str, folder: Path, environment: Mapping[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        ["sh", "-c", script], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, errors="replace", check=False, timeout=120, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return done.returncode, done.stdout


def place(state: State, before: State, after: State) -> str:
    """Say which of the two a state is, or that it is between; files that neither has do not count."""
    known = State(
        {path: each for path, each in state.files.items() if path in {**before.files, **after.files}}, state.git
    )
    return BEFORE if known == before else AFTER if known == after else BETWEEN


def strays(state: State, before: State, after: State) -> list[str]:
    """Return the files that neither of the two has."""
    return sorted(set(state.files) - set(before.files) - set(after.files))
