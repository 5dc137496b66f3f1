"""Moves an overlay to another release of the base: everything, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from scaffold.files.folder import RenderedFile
from scaffold.releases import Change
from scaffold.template import fixes
from scaffold.template.base import SKELETON, Base, id_of
from scaffold.template.edges import merged
from scaffold.template.edit import removed_text
from scaffold.template.moved import follow, renamed
from scaffold.template.overlay import FILES, MANIFEST, OVERRIDES, REMOVE, Overlay, manifest, overrides_text


@dataclass(frozen=True)
class Pulled:
    """What a pull gives: the overlay's `files` to write and `gone` ones, what it brings and what is left to decide.

    `conflicts` are overrides that both sides changed, with a sentence each. `notes` are what to know: a removed file
    that the base changed, an override that the base renamed. `undecided` are ids of changes in files of the overlay,
    which somebody must decide. `marked` shows that the conflicts were written as markers, which is possible where all
    of them are clashes of lines.
    """

    old: Base
    new: Base
    changes: tuple[Change, ...]
    files: dict[str, RenderedFile]
    gone: tuple[str, ...]
    conflicts: tuple[str, ...]
    notes: tuple[str, ...]
    undecided: tuple[str, ...] = ()
    can_be_marked: bool = False
    marked: bool = False


def pull(overlay: Overlay, old: Base, new: Base) -> Pulled:
    """Return what the move of an overlay from one version of its base to another gives.

    Raises:
        GitError: when git can't compare the versions.
    """
    names = _places(overlay, old, new)
    merge = _Merge(overlay, old, new, names)
    for path, own in overlay.files.items():
        if path in overlay.overrides:
            merge.take(path, own)
        elif new.skeleton(path) and not old.skeleton(path):
            merge.conflicts.append(f"{FILES}/{path}: the base has a file of that name now. Rename yours, or delete it.")
    removed = _still_removed(overlay, old, new, names, merge.notes)
    changes = tuple(new.history.changes_between(old.revision.commit, new.revision.commit))
    told = [change for change in changes if not change.declined]  # what a layer below declined is not in its files
    decided = _decided(overlay, old, new, names, (*merge.clashing, *removed), told)
    texts = {
        MANIFEST: manifest(
            overlay.name, overlay.url, str(new.revision.version), new.revision.commit, new.url, overlay.min_scaffold
        ),
        OVERRIDES: overrides_text(merge.made),
        **({fixes.FIXES: fixes.text(decided, new.titles)} if decided != overlay.fixes else {}),
        **({REMOVE: removed_text(removed)} if removed != list(overlay.removed) else {}),
    }
    files = merge.files | {path: RenderedFile(path, text.encode(), False) for path, text in texts.items()}
    return Pulled(
        old,
        new,
        changes,
        files,
        tuple(merge.gone),
        tuple(merge.conflicts),
        tuple(merge.notes),
        tuple(each for each in fixes.undecided(decided) if each not in overlay.fixes),
        len(merge.clashing) == len(merge.conflicts),
    )


@dataclass(frozen=True)
class _Merge:
    """Merges overrides with the base's files; `made` has the id of the base's file of each, by its path."""

    overlay: Overlay
    old: Base
    new: Base
    names: Mapping[str, str | None]
    files: dict[str, RenderedFile] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    clashing: list[str] = field(default_factory=list)

    def take(self, path: str, own: RenderedFile) -> None:
        """Merge an override with the file that the base has now, wherever that is."""
        target = self.names[path]
        theirs = None if target is None else self.new.skeleton(target)
        shown = f"What is yours in it: scaffold template diff '{path}'"
        if target is None or theirs is None:
            self.conflicts.append(
                f"{FILES}/{path}: the base has no such file any more. Restore it, or rename yours. {shown}"
            )
            return
        if target in self.made:
            self.conflicts.append(f"{FILES}/{path}: {target} is in its place now, and in that of another override. "
                                  f"Restore one of them. {shown}")  # fmt: skip
            return
        if target != path:
            self.notes.append(f"{path} is called {target} now; the override follows it.")
            self.gone.append(f"{FILES}/{path}")
        before = self.old.require(path, f"{FILES}/{path}")
        labels = ("base", "platform", self.new.revision.name)
        text, clash = merged(before.content, own.content, theirs.content, labels)
        if clash:
            self.clashing.append(target)
            now = f" The base's file is {target} now." if target != path else ""
            self.conflicts.append(f"{FILES}/{path}: both the base and the platform changed the same lines.{now}")
        if target != path or text != own.content:
            self.files[f"{FILES}/{target}"] = RenderedFile(f"{FILES}/{target}", text, own.executable)
        self.made[target] = id_of(theirs)


def _decided(
    overlay: Overlay,
    old: Base,
    new: Base,
    names: Mapping[str, str | None],
    paths: Sequence[str],
    changes: Sequence[Change],
) -> fixes.Fixes:
    """Return the ledger with the changes of these files, which git could not bring: nobody has decided them yet.

    An override that git merged has them, so there is nothing to decide. `names` are the new paths by the former ones.
    """
    decided = dict(overlay.fixes)
    former = {after: before for before, after in names.items() if after}
    for path in paths:
        theirs = new.skeleton(path)
        if theirs is None:
            continue
        for each in fixes.touched(changes, path, old.skeleton(former.get(path, path)), theirs):
            decided.setdefault(each, fixes.UNDECIDED)
    return decided


def _still_removed(
    overlay: Overlay, old: Base, new: Base, names: Mapping[str, str | None], notes: list[str]
) -> list[str]:
    kept = []
    for path in overlay.removed:
        target, before = names[path], old.skeleton(path)
        theirs = None if target is None else new.skeleton(target)
        if target is None or theirs is None:
            notes.append(f"{path} is gone from the base, so it is not in {REMOVE} any more.")
            continue
        if before is not None and theirs.content != before.content:
            notes.append(f"{target} changed in the base; your services still do not get it.")
        kept.append(target)
    return kept


def _places(overlay: Overlay, old: Base, new: Base) -> dict[str, str | None]:
    """Return where each file of the base is that the overlay overrides or removes; None where it is nowhere."""
    paths = [*overlay.overrides, *overlay.removed]
    moves: dict[str, str] = {}
    if not all(map(new.skeleton, paths)):
        known = new.history.known
        between = [each.commit for each in known if old.revision.version < each.version < new.revision.version]
        commits = [old.revision.commit, *between, new.revision.commit]
        moves = {**renamed(new.history.git_dir, commits, SKELETON), **new.moved}
    return {path: follow(path, moves, new.skeleton) for path in paths}


def rebased(overlay: Overlay, new: Base) -> Overlay:
    """Return the overlay as its manifest names the new base."""
    return replace(overlay, version=str(new.revision.version), commit=new.revision.commit)
