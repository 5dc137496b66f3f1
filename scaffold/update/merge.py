"""A three-way merge by `git merge-tree`, and what is left of it to decide."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from scaffold.git.command import failure
from scaffold.git.objects import Blob
from scaffold.update.scratch import Scratch

BASE, OURS, THEIRS = 1, 2, 3
"""The stages of an unmerged path in git's index: the old template's, the service's, the new template's."""


@dataclass(frozen=True)
class Conflict:
    """One path that git could not merge: its stages, and what git says of it (`kind` is contents, modify/delete…)."""

    path: str
    stages: Mapping[int, Blob]
    kind: str
    message: str


@dataclass(frozen=True)
class Merged:
    """The merged tree's id, in which conflicting files have git's markers, and the conflicts by path."""

    tree: str
    conflicts: tuple[Conflict, ...]


def merge(scratch: Scratch, ours: str, theirs: str) -> Merged:
    """Merge two commits of the scratch repository; their names follow the markers of a conflict.

    Raises:
        GitError: when git can't do it at all.
    """
    done = scratch.try_git("merge-tree", "--write-tree", "-z", "--messages", ours, theirs)
    if done.code not in (0, 1):
        raise failure("git merge-tree", done)
    fields = iter(os.fsdecode(done.stdout).split("\0"))
    tree = next(fields)
    stages = _stages(fields)
    if done.code == 0:
        return Merged(tree, ())
    said = dict(_messages(fields))
    return Merged(
        tree, tuple(Conflict(path, found, *said.get(path, ("contents", ""))) for path, found in stages.items())
    )


def _stages(fields: Iterator[str]) -> dict[str, dict[int, Blob]]:
    """Read the section "Conflicted file info" of `git help merge-tree`, which an empty field ends."""
    found: dict[str, dict[int, Blob]] = {}
    for field in fields:
        if not field:
            break
        head, path = field.split("\t", 1)
        mode, object_id, stage = head.split()
        found.setdefault(path, {})[int(stage)] = Blob(mode, object_id)
    return found


def _messages(fields: Iterator[str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Read the section "Informational messages": yield each path with the kind of conflict and git's sentence."""
    for count in fields:
        if not count.strip():
            return
        paths = [next(fields) for _ in range(int(count))]
        kind, message = next(fields), next(fields).strip()
        if kind.startswith("CONFLICT"):
            yield from ((path, (kind.removeprefix("CONFLICT (").removesuffix(")"), message)) for path in paths)
