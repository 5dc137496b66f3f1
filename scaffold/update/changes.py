"""What differs between two trees: the paths to write and remove, and the lines, as git counts them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

from scaffold.git.objects import Blob


class RunsGit(Protocol):
    """A repository that has the objects of both trees."""

    def git(self, *arguments: str, stdin: bytes = b"") -> bytes:
        """Return what git prints."""


@dataclass(frozen=True)
class PathChange:
    """One path that differs: what is there before and after; None where there is nothing."""

    path: str
    before: Blob | None
    after: Blob | None


@dataclass(frozen=True)
class LineCount:
    """One line of a diffstat: `was` is the old name of a renamed file; binary files have no counts."""

    path: str
    was: str | None
    added: int | None
    deleted: int | None


def path_changes(repository: RunsGit, old: str, new: str) -> list[PathChange]:
    """Return the paths that differ between two trees (`git help diff-tree`, "RAW OUTPUT FORMAT")."""
    fields = iter(_diff(repository, "--raw", "--no-renames", "--no-abbrev", old, new))
    return [_path_change(head, path) for head, path in zip(fields, fields, strict=True)]


def _path_change(head: str, path: str) -> PathChange:
    old_mode, new_mode, old_id, new_id, _ = head.removeprefix(":").split()
    before = Blob(old_mode, old_id) if int(old_mode) else None
    return PathChange(path, before, Blob(new_mode, new_id) if int(new_mode) else None)


def line_counts(repository: RunsGit, old: str, new: str) -> list[LineCount]:
    """Return the diffstat between two trees, renames followed (`git help diff-tree`, --numstat with -z)."""
    return list(_line_counts(iter(_diff(repository, "--numstat", "--find-renames", old, new))))


def _line_counts(fields: Iterator[str]) -> Iterator[LineCount]:
    for field in fields:
        added, deleted, path = field.split("\t", 2)
        was = None if path else next(fields)
        yield LineCount(path or next(fields), was, *(int(n) if n.isdigit() else None for n in (added, deleted)))


def _diff(repository: RunsGit, *arguments: str) -> list[str]:
    output = os.fsdecode(repository.git("diff-tree", "-r", "-z", *arguments))
    return output.split("\0")[:-1] if output else []
