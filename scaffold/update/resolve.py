"""Decide conflicts: what a service deleted stays deleted; the rest as the user chose."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from scaffold.git.command import try_git
from scaffold.git.environment import clean_environment, without_settings
from scaffold.git.objects import Blob
from scaffold.update.merge import BASE, OURS, THEIRS, Conflict, Merged
from scaffold.update.scratch import Commit, Scratch

Choice = Literal["inline", "ours", "theirs", "reject"]
"""inline: markers in the file; ours, theirs: that side; reject: the template's file, the service's hunks in a .rej."""


@dataclass(frozen=True)
class Resolved:
    """The tree after the decisions, the conflicts that are left, and the files to lay beside it (path to bytes)."""

    tree: str
    conflicts: tuple[Conflict, ...]
    beside: Mapping[str, bytes]


@dataclass
class _Edits:
    """What becomes of the merged tree: files to put (those of new bytes in `contents`), to drop, to lay beside."""

    puts: dict[str, Blob] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    drops: list[str] = field(default_factory=list)
    beside: dict[str, bytes] = field(default_factory=dict)


def resolve(scratch: Scratch, merged: Merged, choice: Choice) -> Resolved:
    """Decide each conflict, or leave it.

    Raises:
        GitError: when git refuses.
    """
    edits = _Edits()
    left = []
    for conflict in merged.conflicts:
        if set(conflict.stages) == {BASE, THEIRS}:
            edits.drops.append(conflict.path)  # the service deleted what the new template changes
        elif choice == "inline" or not _decide(scratch, conflict, choice, edits):
            left.append(conflict)
    if not (edits.puts or edits.drops):
        return Resolved(merged.tree, tuple(left), edits.beside)
    (tree,) = scratch.import_([Commit("refs/heads/decided", merged.tree, edits.puts, edits.contents, edits.drops)])
    return Resolved(tree, tuple(left), edits.beside)


def _decide(scratch: Scratch, conflict: Conflict, choice: Choice, edits: _Edits) -> bool:
    """Decide one conflict; return whether nothing of it is left."""
    side = OURS if choice == "ours" else THEIRS
    texts = _texts(scratch, conflict)
    if texts is None:
        return choice != "reject" and _take(conflict, side, edits)
    with tempfile.TemporaryDirectory(dir=scratch.folder) as name:
        if choice == "reject":
            content, rejected = _reject(Path(name), conflict.path, texts)
        else:
            content, rejected = _merge_file(Path(name), texts, choice), None
    edits.puts[conflict.path] = conflict.stages[side]
    edits.contents[conflict.path] = content
    if rejected is not None:
        edits.beside[f"{conflict.path}.rej"] = rejected
    return rejected is None


def _texts(scratch: Scratch, conflict: Conflict) -> dict[int, bytes] | None:
    """Return the three texts, an empty one where there was no file before; None when they are not texts."""
    if not {OURS, THEIRS} <= set(conflict.stages):
        return None
    texts = {BASE: b""}
    for stage, blob in conflict.stages.items():
        content = scratch.git("cat-file", "blob", blob.id) if blob.mode.startswith("100") else b"\0"
        if b"\0" in content[:8000]:  # what git itself takes for binary
            return None
        texts[stage] = content
    return texts


def _take(conflict: Conflict, side: int, edits: _Edits) -> bool:
    """Take the whole file of one side, or its absence."""
    if blob := conflict.stages.get(side):
        edits.puts[conflict.path] = blob
    else:
        edits.drops.append(conflict.path)
    return True


def _merge_file(folder: Path, texts: Mapping[int, bytes], choice: Choice) -> bytes:
    """Merge again; where both sides changed a line, take the chosen one's (as `git merge -X ours` does)."""
    for stage, content in texts.items():
        (folder / str(stage)).write_bytes(content)
    names = (str(OURS), str(BASE), str(THEIRS))
    return try_git("merge-file", "--stdout", f"--{choice}", *names, folder=folder, environment=_outside(folder)).stdout


def _reject(folder: Path, path: str, texts: Mapping[int, bytes]) -> tuple[bytes, bytes | None]:
    """Put the service's changes upon the template's file, as Copier does; return it, and the hunks that did not fit."""
    for name, stage in (("old", BASE), ("mine", OURS), (".", THEIRS)):
        file = folder / name / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(texts[stage])
    plainly = ("--no-index", "--no-color", "--no-ext-diff", "--no-textconv", "--src-prefix=a/", "--dst-prefix=b/")
    names = (f"old/{path}", f"mine/{path}")
    difference = try_git("diff", *plainly, *names, folder=folder, environment=_outside(folder))
    try_git("apply", "--reject", "-p2", folder=folder, stdin=difference.stdout, environment=_outside(folder))
    rejected = folder / f"{path}.rej"
    return (folder / path).read_bytes(), rejected.read_bytes() if rejected.is_file() else None


def _outside(folder: Path) -> dict[str, str]:
    """Return the variables of a git that knows neither a repository nor settings: it merges plain files."""
    return without_settings(clean_environment(GIT_CEILING_DIRECTORIES=folder.parent, GIT_ATTR_NOSYSTEM="1"))
