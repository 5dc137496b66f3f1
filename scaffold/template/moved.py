"""Where a file of the base's skeleton is in another version: as the base records it, and as git finds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml

from scaffold import git
from scaffold.errors import FileError
from scaffold.files.yaml import load, problem_of

FILE = "templates/service/moved.yml"
"""The base's own record: the path of each file that git does not follow, by its former one."""


def recorded(text: bytes, where: str) -> dict[str, str]:
    """Return the record; a file that has no successor is not in it.

    Raises:
        FileError: when it is not a mapping of paths. `where` names the base.
    """
    try:
        found: Any = load(text) or {}
    except yaml.YAMLError as error:
        raise FileError(f"{FILE} of {where} is not valid YAML: {problem_of(error)}.") from error
    if not isinstance(found, Mapping) or not all(
        isinstance(each, str | None) for pair in found.items() for each in pair
    ):
        raise FileError(f"{FILE} of {where} must be a mapping of paths.")
    return {before: after for before, after in found.items() if before and after}


def follow(path: str, moves: Mapping[str, str], exists: Callable[[str], object]) -> str | None:
    """Return where a file is that may have moved several times; None when it is nowhere."""
    seen = set()
    while not exists(path):
        seen.add(path)
        if (after := moves.get(path)) is None or after in seen:
            return None
        path = after
    return path


def renamed(git_dir: Path, commits: Sequence[str], folder: str) -> dict[str, str]:
    """Return the next path of each file below a folder that was renamed between the commits, as git finds it.

    It does so by likeness (`git help diff`, -M), so each release between is to be among the commits.

    Raises:
        GitError: when git can't compare them.
    """
    options = ("diff", "--name-status", "-z", "--find-renames", "--diff-filter=R", "--no-ext-diff")
    found: dict[str, str] = {}
    for old, new in pairwise(commits):
        fields = git.read(git_dir, *options, old, new, "--", folder).decode().split("\0")[:-1]
        for before, after in zip(fields[1::3], fields[2::3], strict=True):
            found.setdefault(before.removeprefix(folder), after.removeprefix(folder))
    return found
