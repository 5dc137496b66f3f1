"""Moves an overlay to another release of the base: everything, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from scaffold import git
from scaffold.files.folder import RenderedFile
from scaffold.releases import Change
from scaffold.template import fixes
from scaffold.template.base import SKELETON, Base, id_of
from scaffold.template.edit import removed_text
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
    names = _renamed(old, new)
    files: dict[str, RenderedFile] = {}
    made: dict[str, str] = {}
    gone, conflicts, notes = [], [], []
    clashing = []
    for path, own in overlay.files.items():
        if path not in overlay.overrides:
            if new.skeleton(path) and not old.skeleton(path):
                conflicts.append(f"{FILES}/{path}: the base has a file of that name now. Rename yours, or delete it.")
            continue
        target = names.get(path, path)
        theirs = new.skeleton(target)
        if theirs is None:
            conflicts.append(f"{FILES}/{path}: the base has no such file any more. Restore it, or rename yours.")
            continue
        if target != path:
            notes.append(f"{path} is called {target} now; the override follows it.")
            gone.append(f"{FILES}/{path}")
        before = old.require(path, f"{FILES}/{path}")
        labels = ("base", "platform", new.revision.name)
        merged, clash = git.merge_file(before.content, own.content, theirs.content, labels)
        if clash:
            clashing.append(target)
            conflicts.append(f"{FILES}/{path}: both the base and the platform changed the same lines.")
        if target != path or merged != own.content:
            files[f"{FILES}/{target}"] = RenderedFile(f"{FILES}/{target}", merged, own.executable)
        made[target] = id_of(theirs)
    removed = _still_removed(overlay, old, new, names, notes)
    changes = tuple(new.history.changes_between(old.revision.commit, new.revision.commit))
    told = [change for change in changes if not change.declined]  # what a layer below declined is not in its files
    decided = _decided(overlay, old, new, names, (*clashing, *removed), told)
    texts = {
        MANIFEST: manifest(overlay.name, overlay.url, str(new.revision.version), new.revision.commit, new.url),
        OVERRIDES: overrides_text(made),
        **({fixes.FIXES: fixes.text(decided, new.origins)} if decided != overlay.fixes else {}),
        **({REMOVE: removed_text(removed)} if removed != list(overlay.removed) else {}),
    }
    files |= {path: RenderedFile(path, text.encode(), False) for path, text in texts.items()}
    return Pulled(
        old,
        new,
        changes,
        files,
        tuple(gone),
        tuple(conflicts),
        tuple(notes),
        tuple(each for each in fixes.undecided(decided) if each not in overlay.fixes),
        len(clashing) == len(conflicts),
    )


def _decided(
    overlay: Overlay,
    old: Base,
    new: Base,
    names: Mapping[str, str],
    paths: Sequence[str],
    changes: Sequence[Change],
) -> fixes.Fixes:
    """Return the ledger with the changes of these files, which git could not bring: nobody has decided them yet.

    An override that git merged has them, so there is nothing to decide. `names` are the new paths by the former ones.
    """
    decided = dict(overlay.fixes)
    former = {after: before for before, after in names.items()}
    for path in paths:
        theirs = new.skeleton(path)
        if theirs is None:
            continue
        for each in fixes.touched(changes, path, old.skeleton(former.get(path, path)), theirs):
            decided.setdefault(each, fixes.UNDECIDED)
    return decided


def _still_removed(overlay: Overlay, old: Base, new: Base, names: dict[str, str], notes: list[str]) -> list[str]:
    kept = []
    for path in overlay.removed:
        target = names.get(path, path)
        theirs, before = new.skeleton(target), old.skeleton(path)
        if theirs is None:
            notes.append(f"{path} is gone from the base, so it is not in {REMOVE} any more.")
            continue
        if before is not None and theirs.content != before.content:
            notes.append(f"{target} changed in the base; your services still do not get it.")
        kept.append(target)
    return kept


def _renamed(old: Base, new: Base) -> dict[str, str]:
    """Return the paths of the skeleton that the base renamed, as git finds them (`git help diff`, -M)."""
    options = ("diff", "--name-status", "-z", "--find-renames", "--diff-filter=R", "--no-ext-diff")
    listing = git.read(new.history.git_dir, *options, old.revision.commit, new.revision.commit, "--", SKELETON)
    fields = listing.decode().split("\0")[:-1]
    return {
        before.removeprefix(SKELETON): after.removeprefix(SKELETON)
        for before, after in zip(fields[1::3], fields[2::3], strict=True)
    }


def rebased(overlay: Overlay, new: Base) -> Overlay:
    """Return the overlay as its manifest names the new base."""
    return replace(overlay, version=str(new.revision.version), commit=new.revision.commit)
