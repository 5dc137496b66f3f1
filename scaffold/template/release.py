"""Releases a platform's template: its changes get the version, the changelog a section, and git a commit and a tag."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from packaging.version import InvalidVersion, Version

from scaffold import git
from scaffold.errors import FileError, OptionError, ServiceError
from scaffold.files.folder import RenderedFile
from scaffold.files.foreign import read_foreign
from scaffold.releases import Change
from scaffold.releases.changes import FILE as BUILT_CHANGES
from scaffold.releases.changes import UNRELEASED, read_changes
from scaffold.template.overlay import CHANGES, Overlay

CHANGELOG = "CHANGELOG.md"
_TITLE = "# Changelog"
_UNRELEASED = re.compile(rf"\b(version:\s*){UNRELEASED}\b")


@dataclass(frozen=True)
class Release:
    """What a release says: its version, the platform's own changes and those that came with the base.

    `head` is the commit that it starts from, and `below` what people call the base.
    """

    version: Version
    own: tuple[Change, ...]
    base: tuple[Change, ...]
    head: str
    below: str = "the base"

    def section(self, day: date) -> str:
        """Return the section of the changelog."""
        parts = [f"## {self.version} ({day.isoformat()})"]
        for title, changes in (("### Of the platform", self.own), (f"### Of {self.below}", self.base)):
            if changes:
                parts.append("\n".join([title, "", *(each.item() for each in changes)]))
        return "\n\n".join(parts) + "\n"


def prepare(overlay: Overlay, text: str, below: str) -> Release:
    """Return what a release of that version says; `below` is what people call the base.

    Raises:
        OptionError: when it is not a version, or not above the versions that are tagged.
        ServiceError: when the repository has changes that are not committed, or the folder is not its top.
    """
    try:
        version = Version(text)
    except InvalidVersion as error:
        raise OptionError(f"{text} is not a version by PEP 440. Example: 1.0.0.") from error
    root = overlay.root
    if git.run(root, "rev-parse", "--show-toplevel", looking=True) != str(root.resolve()):
        raise ServiceError(f"{root} is not the top of a git repository; a release is a tag of a whole repository.")
    if git.run(root, "status", "--porcelain", looking=True):
        raise ServiceError(f"{root} has changes that are not committed. Run: git add --all && git commit")
    tags = tagged(root)
    if tags and version <= max(tags):
        raise OptionError(f"{version} is not above {max(tags)}, the newest version that is tagged.")
    built = read_changes(read_foreign(root / BUILT_CHANGES, below=root)) if (root / BUILT_CHANGES).is_file() else []
    ids = {change.id for change in read_changes(overlay.changes, CHANGES)}
    had = _had(root, tags[max(tags)]) if tags else {change.id for change in built if change.id not in ids}
    gained = [change for change in built if change.id not in had]
    return Release(
        version,
        tuple(change for change in gained if change.id in ids),
        tuple(change for change in gained if change.id not in ids),
        git.run(root, "rev-parse", "HEAD", looking=True),
        below,
    )


def files(overlay: Overlay, release: Release, day: date) -> dict[str, RenderedFile]:
    """Return the files of the overlay that a release changes.

    Raises:
        FileError: when the changelog is not one.
    """
    changes = _UNRELEASED.sub(rf"\g<1>{release.version}", overlay.changes.decode())
    path = overlay.root / CHANGELOG
    before = read_foreign(path, below=overlay.root).decode(errors="replace") if path.is_file() else f"{_TITLE}\n"
    if not before.startswith(_TITLE):
        raise FileError(f"{CHANGELOG} must begin with {_TITLE!r}.")
    text = f"{_TITLE}\n\n{release.section(day)}\n{before.removeprefix(_TITLE).lstrip()}".rstrip() + "\n"
    written = {CHANGES: changes, CHANGELOG: text}
    return {each: RenderedFile(each, content.encode(), False) for each, content in written.items()}


def tagged(root: Path, *options: str) -> dict[Version, str]:
    """Return the tags that are versions, with options of `git tag` only some of them.

    Raises:
        GitError: when git refuses.
    """
    found = {}
    for tag in git.run(root, "tag", "--list", *options, looking=True).splitlines():
        try:
            found[Version(tag)] = tag
        except InvalidVersion:
            continue
    return found


def _had(root: Path, tag: str) -> set[str]:
    text = git.ask(root / ".git", "cat-file", "blob", f"{tag}:{BUILT_CHANGES}")
    return {change.id for change in read_changes(text or "")}
